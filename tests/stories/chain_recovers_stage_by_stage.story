# A chain recovers stage by stage: what still lags behind the stage that broke is no second break,
# and an alert that fires meanwhile is its echo. What lags for two minutes is broken itself. (A8)
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
flow     alarm/reporter alive
flow     alarm/dataenricher alive
flow     alarm/thingsboard alive
flow     alarm/event alive

flow     alarm/dataenricher dead
forward  1s
flow     alarm/thingsboard dead
flow     alarm/event dead
fire     AlarmStalled{}
expect   ana email "alarm: dataenricher passes nothing on"
forward  30s
flow     alarm/dataenricher alive
expect   incident 1 open "alarm: dataenricher passes nothing on"
forward  5s
fall     AlarmStalled{}
fire     AlarmStalled{}            # some messages came through, and then none for a moment
forward  5s
expect   silence
fall     AlarmStalled{}
forward  20s
expect   incidents 1
expect   incident 1 resolved
fire     AlarmStalled{}            # again, and now for good
forward  10s
expect   ana email "resolved"
expect   ana email "AlarmStalled at dataenricher (#1)"
forward  1m20s
expect   chain alarm broken thingsboard
expect   incident 1 open "alarm: thingsboard passes nothing on"
expect   silence
