# An alert that ends and fires again between two messages of its group goes on as one: nobody is told
# twice. (E13)
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
forward  30s
expect   receiver hook firing 1
forward  1m
fall     Down{instance="a"}
forward  1m
fire     Down{instance="a"}
forward  50m
expect   silence
forward  20m                       # repeat_interval
expect   receiver hook firing 1
expect   silence
fall     Down{instance="a"}
forward  5m
expect   receiver hook resolved 1
expect   silence
