# The disk refuses: pages still leave, Vigie says so of itself, no step runs that nobody could
# remember; when there is room again everything is recorded and nothing is sent twice.
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
    - {alert: DbDown, expr: "up == 0", labels: {severity: critical}}
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

disk     full
fire     DbDown{team="core"}
expect   ana email "DbDown"
expect   ana email "Vigie cannot write its journal"
fire     HeartbeatStalled{}
forward  10s
expect   steps restart 0
expect   silence
disk     good
forward  10s
expect   steps restart 1
expect   alert VigieJournalNotDurable resolved
forward  30s
expect   ana email "resolved"
expect   silence
restart
forward  1m
expect   silence
expect   alert DbDown firing
