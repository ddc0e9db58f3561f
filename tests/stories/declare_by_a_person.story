# A person declares what no rule sees; only a person ends it, and its alerts join it. (D5)
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

declare  ben "customers cannot log in" db
expect   ana email "customers cannot log in"
fire     DbDown{}
expect   silence
expect   incidents 1
expect   timeline 1 "DbDown fires"
take     ana
fall     DbDown{}
expect   incident 1 taken
resolve  ana
expect   incident 1 resolved
expect   timeline 1 "resolved by ana"
