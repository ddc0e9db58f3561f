# app has no check of its own: web's trouble is still db's, and db's owner is woken. (A14)
book
  name: shop
  timezone: Europe/Paris
  global: {smtp_smarthost: "127.0.0.1:25", smtp_from: vigie@example.org}
  people:
    ana: {name: Ana, email: ana@example.org}
    ben: {name: Ben, email: ben@example.org}
  teams:
    front: {members: [ana], escalation: front}
    data: {members: [ben], escalation: data}
  escalations:
    front: {levels: [{page: [ana], wait: 5m}]}
    data: {levels: [{page: [ben], wait: 5m}]}
  services:
    db: {team: data}
    app: {team: front, needs: {db: healthy}}
    web: {team: front, needs: {app: started}}
  rule_groups:
  - file: rules.yml
    name: services
    rules:
    - {alert: WebDown, expr: "web_errors > 0", labels: {severity: critical, service: web}}

at 2026-03-02 12:00 Europe/Paris

health   db unhealthy "connection refused"
fire     WebDown{}
expect   ben email "db is down"
expect   silence
expect   incidents 1
