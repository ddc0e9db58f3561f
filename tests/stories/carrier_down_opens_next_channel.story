# A page is a debt: when the mail server refuses, the person's next channel is opened at once, and the
# mail is tried again. (D4)
book
  name: astreinte
  timezone: Europe/Paris
  global: {smtp_smarthost: "127.0.0.1:25", smtp_from: vigie@example.org}
  people:
    ana:
      name: Ana
      email: ana@example.org
      webhook: "http://127.0.0.1:1/ana"
      notify: [{via: email}, {via: webhook, after: 3m}]
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

down     email "451 greylisted"
fire     DbDown{}
forward  1s
expect   ana webhook "the database is down"
expect   timeline 1 "451 greylisted"
expect   silence
up       email
forward  10s
expect   ana email "the database is down"
forward  4m
expect   silence
