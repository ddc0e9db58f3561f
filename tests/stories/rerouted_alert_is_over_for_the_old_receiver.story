# Another book leads an alert to another receiver: the one that knew of it hears that it is over there,
# and one that ended just before is not forgotten either. (E13)
book
  name: astreinte
  timezone: Europe/Paris
  rule_groups:
  - file: rules.yml
    name: all
    rules:
    - {alert: Down, expr: "up == 0", labels: {severity: info}}
    - {alert: Held, expr: "up == 0", for: 5m, labels: {severity: info}}
  route: {receiver: hook, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
  receivers:
  - name: hook
    webhook_configs: [{url: "http://127.0.0.1:1/hook"}]

at 2026-03-02 12:00 Europe/Paris

fire     Down{instance="a"}
fire     Down{instance="b"}
forward  30s
expect   receiver hook firing 2
forward  1m
fall     Down{instance="b"}
forward  10s
book
  name: astreinte
  timezone: Europe/Paris
  rule_groups:
  - file: rules.yml
    name: all
    rules:
    - {alert: Down, expr: "up == 0", labels: {severity: info}}
    - {alert: Held, expr: "up == 0", for: 5m, labels: {severity: info}}
  route: {receiver: other, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
  receivers:
  - name: hook
    webhook_configs: [{url: "http://127.0.0.1:1/hook"}]
  - name: other
    webhook_configs: [{url: "http://127.0.0.1:1/other"}]

forward  1s
expect   receiver hook resolved 2
expect   receiver other firing 1
expect   silence
restart
fall     Down{instance="a"}
forward  5m
expect   receiver other resolved 1
forward  3h
expect   silence
