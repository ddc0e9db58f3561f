# Nobody answers: the next level after its wait, then the next round, over the night of the change of
# clocks; an acknowledgement stops it, and a restart does not begin it again. (D3, D8)
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
    db: {team: core}
  rule_groups:
  - file: rules.yml
    name: db
    rules:
    - alert: DbDown
      expr: up{job="db"} == 0
      labels: {severity: critical, service: db}
      annotations: {summary: "the database is down"}

at 2026-03-29 01:58 Europe/Paris    # two minutes before the clocks jump ahead

fire     DbDown{}
expect   ana email "the database is down (#1)"
expect   silence
expect   next 1 "ben is mailed"
forward  4m59s
expect   silence
forward  1s
expect   ben email "the database is down (#1)"
expect   silence
forward  10m
expect   cho email "level 3 of core"
forward  15m
expect   ana email "(#1, 2nd call)"
expect   silence
ack      ana
expect   ben email "acknowledged by ana"
expect   cho email "acknowledged by ana"
expect   incident 1 acknowledged
forward  1h
expect   silence
restart                            # the journal remembers
forward  1h
expect   silence
fall     DbDown{}
expect   incident 1 resolved
expect   timeline 1 "acknowledged by ana"
