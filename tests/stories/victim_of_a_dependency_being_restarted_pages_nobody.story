# A dependency that is being started again is still the cause: its victims page nobody meanwhile. (A14)
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
    offers: {members: [ben], escalation: offers}
  schedules:
    core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana, ben, cho]}]}
  escalations:
    core:
      levels:
        - {page: [schedule core], wait: 5m}
        - {page: [schedule core next], wait: 10m}
        - {page: [cho], wait: 15m}
      repeat: 1
    offers: {levels: [{page: [ben], wait: 5m}]}
  last-resort: [ana, cho]
  services:
    offre: {team: offers}
    camunda: {team: core, needs: {offre: healthy}}
  rule_groups:
  - file: rules.yml
    name: services
    rules:
    - {alert: ServiceDown, expr: "probe_success == 0", labels: {severity: critical}}
    - {alert: CamundaFails, expr: "camunda_failed > 0", labels: {severity: critical, service: camunda}}

at 2026-03-02 12:00 Europe/Paris

health   offre unhealthy "connection refused"
fire     ServiceDown{service="offre"}
expect   ben email "ServiceDown on offre"
health   offre starting "started, not yet healthy"
fire     CamundaFails{}
expect   silence
expect   incidents 1
expect   timeline 1 "CamundaFails is attached as a victim"
health   offre unhealthy "connection refused"
expect   silence
health   offre starting
health   offre healthy
fall     ServiceDown{service="offre"}
fall     CamundaFails{}
expect   incident 1 resolved
