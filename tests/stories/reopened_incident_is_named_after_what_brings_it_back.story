# An incident that is opened again bears the name of what brings it back.
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
    - alert: DbLags
      expr: db_lag > 60
      labels: {severity: warning, service: db}
      annotations: {summary: "the database lags"}

at 2026-03-02 12:00 Europe/Paris

fire     DbDown{}
expect   ana email "the database is down (#1)"
fall     DbDown{}
forward  30s
expect   ana email "resolved"
forward  30s
fire     DbLags{}
expect   ana email "the database lags (#1)"
expect   incident 1 open "the database lags"
expect   timeline 1 "it is back: the database lags"
