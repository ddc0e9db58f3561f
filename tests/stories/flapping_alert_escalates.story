# An alert that flaps goes on where it stood: the person's next channel and the next level come as if
# it had not been away, and nobody is paged anew for each return.
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
forward  18s
fall     DbDown{}
forward  3s
fire     DbDown{}
expect   ana webhook "(#1)"        # due after 20 s
expect   silence
forward  9s
expect   ben email "(#1)"          # level 2 after 30 s, whatever the alert did
forward  9s
fall     DbDown{}
forward  3s
fire     DbDown{}
forward  18s
fall     DbDown{}
forward  3s
fire     DbDown{}
expect   silence
expect   incident 1 open
expect   incidents 1
expect   timeline 1 "it is back"
forward  10m
expect   ana email "NOBODY ANSWERS"
