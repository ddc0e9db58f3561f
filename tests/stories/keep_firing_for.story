# A condition that comes and goes is one alert and one page.
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
      keep_firing_for: 10m
      labels: {severity: critical, service: db}
      annotations: {summary: "the database is down"}

at 2026-03-02 12:00 Europe/Paris

fire     DbDown{}
expect   ana email "the database is down"
ack      ana
fall     DbDown{}
expect   alert DbDown firing
forward  9m
fire     DbDown{}
forward  9m
fall     DbDown{}
forward  9m59s
expect   alert DbDown firing
expect   incident 1 acknowledged
forward  1s
expect   alert DbDown resolved
expect   incident 1 resolved
forward  30s
expect   ana email "resolved"
expect   silence
