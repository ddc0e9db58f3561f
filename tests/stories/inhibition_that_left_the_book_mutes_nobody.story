# A new book drops the rule that kept an alert back: it is heard of at once, though what inhibited it
# still fires.
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
    - {alert: SiteDown, expr: "up == 0", labels: {severity: critical}}
    - {alert: Slow, expr: "slow > 1", labels: {severity: warning}}
  route: {receiver: hook, group_by: [alertname, site], group_wait: 0s, group_interval: 5m, repeat_interval: 1h}
  receivers:
  - name: hook
    webhook_configs: [{url: "http://127.0.0.1:1/hook"}]
  inhibit_rules:
  - {source_matchers: [alertname="SiteDown"], target_matchers: [severity="warning"], equal: [site]}

at 2026-03-02 12:00 Europe/Paris

fire     SiteDown{site="a",team="core"}
expect   ana email "SiteDown"
expect   receiver hook firing 1
fire     Slow{site="a",team="core"}
expect   silence
forward  1m
ack      ana 1
forward  1m
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
    - {alert: SiteDown, expr: "up == 0", labels: {severity: critical}}
    - {alert: Slow, expr: "slow > 1", labels: {severity: warning}}
  route: {receiver: hook, group_by: [alertname, site], group_wait: 0s, group_interval: 5m, repeat_interval: 1h}
  receivers:
  - name: hook
    webhook_configs: [{url: "http://127.0.0.1:1/hook"}]

expect   ana email "Slow"
forward  1s
expect   receiver hook firing 1
forward  1m
fall     SiteDown{site="a",team="core"}
restart
forward  3m
expect   alert Slow firing
