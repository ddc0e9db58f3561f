# Who covers is called instead of whom they cover, from the minute it begins to the minute it ends.
# (D1)
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
    core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}], covers: [{from: "2026-01-05 12:00", to: "2026-01-05 13:00", person: ben, for: ana}]}
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

at 2026-01-05 11:59 Europe/Paris
fire     DbDown{}
expect   ana email "the database is down"
resolve  ana
fall     DbDown{}
forward  11m
fire     DbDown{}
expect   ben email "on call until"
resolve  ben
fall     DbDown{}
forward  1h
fire     DbDown{}
expect   ana email "the database is down"
