# Alertmanager's grammar and manners: what belongs together is told together after group_wait, news
# after group_interval, the same again after repeat_interval. (E13)
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
fire     Down{instance="b"}
fire     Slow{instance="a"}
forward  29s
expect   silence
forward  1s
expect   receiver hook firing 2
expect   receiver hook firing 1
expect   silence
fire     Down{instance="c"}
forward  4m59s
expect   silence
forward  1s
expect   receiver hook firing 3
expect   silence
forward  54m
expect   silence
forward  6m                        # a repeat comes with the first flush after its interval
expect   receiver hook firing 1
expect   silence
forward  5m
expect   receiver hook firing 3
expect   silence
