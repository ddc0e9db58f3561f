# Whoever was told that something fires is told that it is over, over a crash and a dead carrier too.
# (E13)
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
  services: {db: {team: core}, web: {team: core}}
  rule_groups:
  - file: rules.yml
    name: all
    rules:
    - {alert: Down, expr: "up == 0", labels: {severity: info}}
    - {alert: Slow, expr: "slow > 1", labels: {severity: info}}
  route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
  receivers:
  - name: hook
    webhook_configs: [{url: "http://127.0.0.1:1/hook"}]

at 2026-03-02 12:00 Europe/Paris

fire     Down{instance="a"}
forward  30s
expect   receiver hook firing 1
forward  10s
fall     Down{instance="a"}
down     hook "connection refused"
forward  10m
expect   silence
restart
forward  1m
up       hook
forward  10m
expect   receiver hook resolved 1
forward  3h
expect   silence
