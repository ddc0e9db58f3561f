# A service starts when what it needs is healthy, not when it is merely started. (B9, E3)
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
  services:
    kafka:
      team: core
      run: {process: {command: ["/bin/kafka"]}}
      health: [{http: "http://127.0.0.1:1/health", every: 10s}]
    datajs:
      team: core
      needs: {kafka: healthy}
      run: {process: {command: ["/bin/datajs"]}}

at 2026-03-02 12:00 Europe/Paris

forward  1m
expect   unit kafka starting
expect   unit datajs waiting
health   kafka healthy
forward  1s
expect   unit kafka running
expect   unit datajs running
health   kafka unhealthy "connection refused"
forward  1m
expect   unit datajs running
