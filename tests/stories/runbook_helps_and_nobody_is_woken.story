# The runbook restarts the stage, verifies, the alert ends, and everybody sleeps; the whole story is
# on the timeline. (A6, A15)
book
  name: astreinte
  timezone: Europe/Paris
  global: {smtp_smarthost: "127.0.0.1:25", smtp_from: vigie@example.org}
  people:
    ana: {name: Ana, email: ana@example.org}
    ben: {name: Ben, email: ben@example.org}
    cho: {name: Cho, email: cho@example.org}
  teams:
    core: {members: [ana, ben, cho], escalation: core}
  schedules:
    core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}]}
  escalations:
    core:
      levels:
        - {page: [schedule core], wait: 5m}
        - {page: [schedule core next], wait: 10m}
        - {page: [cho], wait: 15m}
      repeat: 1
  last-resort: [ana, cho]
  services:
    datajs: {team: core}
  chains:
    heartbeat:
      stages:
      - {name: reporter, flow: reporter_out}
      - {name: datajs, service: datajs, flow: datajs_out}
      - {name: thingsboard, flow: tb_out}
  rule_groups:
  - file: rules.yml
    name: chains
    rules:
    - alert: HeartbeatStalled
      expr: tb_out == 0
      labels: {severity: critical, chain: heartbeat}
      annotations: {summary: "heartbeats stall"}
  runbook_files:
  - path: runbooks/restart-datajs.md
    text: |
      ---
      title: Restart datajs
      when: alert="HeartbeatStalled", stage="datajs"
      automatic: true
      guard: {cooldown: 30m, at-most: 2 per 6h, blast-radius: 1}
      ---
      The consumer often loses its group when brokers restart.

      ## Restart it {#restart}
      ```command timeout=30s
      systemctl restart datajs
      ```
      ```verify within=1m
      datajs_out > 0
      ```
      on failure: [empty the topic](#empty) once, otherwise: escalate

      ## Empty the topic {#empty}
      ```command timeout=30s
      empty-topic heartbeats
      ```
      then: [restart](#restart) once, otherwise: escalate

at 2026-03-02 12:00 Europe/Paris
flow     heartbeat/reporter alive
flow     heartbeat/datajs alive
flow     heartbeat/thingsboard alive
flow     heartbeat/datajs dead
flow     heartbeat/thingsboard dead

fire     HeartbeatStalled{}
expect   run restart-datajs running
expect   next 1 "has worked by then, or counts as failed"
forward  10s
expect   run restart-datajs succeeded
flow     heartbeat/datajs alive
flow     heartbeat/thingsboard alive
fall     HeartbeatStalled{}
expect   incident 1 resolved "heartbeat: datajs passes nothing on"
expect   timeline 1 "Restart datajs begins (run 1) "
expect   timeline 1 "done"
expect   timeline 1 "every alert has ended, after Restart datajs: succeeded"
forward  3h
expect   silence
