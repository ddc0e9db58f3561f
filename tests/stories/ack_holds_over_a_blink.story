# Who acknowledged keeps it over a short recovery, and hears once that it is back; after a longer one
# it calls anew.
book
  name: astreinte
  timezone: Europe/Paris
  global: {smtp_smarthost: "127.0.0.1:25", smtp_from: vigie@example.org}
  people:
    ana: {name: Ana, email: ana@example.org, webhook: "http://127.0.0.1:1/ana",
          notify: [{via: email}, {via: webhook, after: 20s}]}
    ben: {name: Ben, email: ben@example.org}
  teams:
    core: {members: [ana, ben], escalation: core}
  escalations:
    core:
      levels:
        - {page: [ana], wait: 30s}
        - {page: [ben], wait: 10m}
  last-resort: [ana, ben]
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
expect   ana email "(#1)"
ack      ana
forward  1m
fall     DbDown{}
forward  3s
fire     DbDown{}
expect   ana email "it is back"
expect   incident 1 acknowledged
expect   timeline 1 "ana still has it"
forward  10s
fall     DbDown{}
forward  3s
fire     DbDown{}
forward  1h
expect   silence
expect   incident 1 acknowledged
fall     DbDown{}
forward  29s
expect   silence
forward  1s
expect   ana email "resolved"
forward  4m
fire     DbDown{}                  # they were told that it was over
expect   ana email "it is back"
expect   incident 1 acknowledged
fall     DbDown{}
forward  30s
expect   ana email "resolved"
forward  5m
fire     DbDown{}
expect   ana email "(#1)"
expect   incident 1 open
forward  30s
expect   ana webhook "(#1)"
expect   ben email "(#1)"
