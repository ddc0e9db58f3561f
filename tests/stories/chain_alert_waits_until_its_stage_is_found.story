# An alert of a chain whose broken stage is not known yet wakes nobody for ten seconds: flows and
# robots find the stage meanwhile, or the alert counts as it is. (A8)
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
    thingsboard: {team: core}
    datajs: {team: core}
    dataenricher: {team: core}
  chains:
    heartbeat:
      stages:
      - {name: reporter, flow: reporter_hb}
      - {name: datajs, service: datajs, flow: datajs_out}
      - {name: thingsboard, service: thingsboard, flow: tb_hb}
    alarm:
      stages:
      - {name: reporter, flow: reporter_alarm}
      - {name: dataenricher, service: dataenricher, flow: enricher_out}
      - {name: thingsboard, service: thingsboard, flow: tb_alarm}
      - {name: event, flow: event_out}
  rule_groups:
  - file: rules.yml
    name: chains
    rules:
    - {alert: HeartbeatStalled, expr: "tb_hb == 0", labels: {severity: critical, chain: heartbeat}}
    - {alert: AlarmStalled, expr: "event_out == 0", labels: {severity: critical, chain: alarm}}

at 2026-03-02 12:00 Europe/Paris
flow     heartbeat/reporter alive
flow     heartbeat/reporter alive
flow     heartbeat/datajs alive
flow     heartbeat/thingsboard alive

fire     HeartbeatStalled{}
forward  9s
expect   no incident
flow     heartbeat/thingsboard dead
expect   ana email "heartbeat: thingsboard passes nothing on"
expect   incidents 1
fall     HeartbeatStalled{}
flow     heartbeat/thingsboard alive
forward  30s
expect   ana email "resolved"
forward  11m

fire     HeartbeatStalled{}        # and now no stage is ever found
restart
forward  9s
expect   incidents 1
expect   silence
forward  1s
expect   ana email "HeartbeatStalled"
expect   timeline 2 "no stage of heartbeat is known to be broken"
