# The secondary is told when the primary has acknowledged; nobody is told twice. (D3, D4)
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

at 2026-03-02 12:00 Europe/Paris

fire     DbDown{}
expect   ana email "the database is down"
forward  5m
expect   ben email "the database is down"
ack      ben
expect   ana email "acknowledged by ben"
expect   silence
ack      ben
take     ben                       # taking what one holds is no news for the others
forward  2h
expect   silence
expect   timeline 1 "taken by ben"
fall     DbDown{}
forward  30s
expect   ana email "resolved"
expect   ben email "resolved"
expect   silence
