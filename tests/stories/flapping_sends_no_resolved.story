# Nobody is told that it is over while it comes back at once; then once, and what comes back after
# that is news.
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
forward  1s
fall     DbDown{}
forward  1s
fire     DbDown{}
forward  1s
fall     DbDown{}
forward  1s
fire     DbDown{}
forward  1s
fall     DbDown{}
forward  1s
fire     DbDown{}
forward  1s
fall     DbDown{}
forward  1s
fire     DbDown{}
forward  1s
fall     DbDown{}
forward  1s
fire     DbDown{}
forward  1s
fall     DbDown{}
forward  1s
fire     DbDown{}
expect   silence
forward  1s
fall     DbDown{}
forward  29s
expect   silence
forward  1s
expect   ana email "resolved"
expect   silence
forward  20s
fire     DbDown{}
expect   ana email "back since"
expect   ben email "(#1)"          # the wait of level 1 is over
expect   silence
