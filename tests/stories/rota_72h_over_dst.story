# A turn of 72 hours is three civil days: over the change of clocks it lasts 71 hours and ends at
# 09:00 as always. (D1)
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

at 2026-03-30 08:59 Europe/Paris
fire     DbDown{}
expect   ana email "Mon 30 Mar 09:00 CEST"
resolve  ana
fall     DbDown{}
forward  11m
fire     DbDown{}
expect   ben email "Thu 2 Apr 09:00 CEST"
