# An alert ends, pends again and comes to nothing before the next message of its group: its receiver
# still hears that it is over. (E13)
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

fire     Held{instance="a"}
forward  5m30s
expect   receiver hook firing 1
forward  1m
fall     Held{instance="a"}
forward  10s
fire     Held{instance="a"}
expect   alert Held pending
forward  10s
fall     Held{instance="a"}
expect   alert Held absent
restart
forward  5m
expect   receiver hook resolved 1
forward  3h
expect   silence
