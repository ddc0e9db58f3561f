# There is never nobody: a level whose rota is empty is passed over at once, and says so. (D1)
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
    later: {layers: [{every: 24h, from: "2030-01-01 09:00", people: [ana]}]}
    core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}]}
  escalations:
    core:
      levels:
        - {page: [schedule later], wait: 5m}
        - {page: [ben], wait: 10m}
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
expect   ben email "the database is down"
expect   timeline 1 "level 1 of core is empty, moving on: schedule later has nobody on call"
expect   silence
