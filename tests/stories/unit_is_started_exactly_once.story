# A living process is adopted by the daemon that comes back, whatever is asked how often; a changed
# command ends it and starts the new one. (D13)
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
    web:
      team: core
      run: {process: {command: ["/bin/web"]}, restart: on-failure:3}

at 2026-03-02 12:00 Europe/Paris

forward  1s
expect   unit web running
expect   starts web 1
restart
forward  1s
expect   unit web running
expect   starts web 1
start    web
start    web
forward  1s
expect   starts web 1
restart  web
restart  web
forward  1s
expect   starts web 2
expect   unit web running
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
    web:
      team: core
      run: {process: {command: ["/bin/web2"]}, restart: on-failure:3}

forward  1s
expect   starts web 3
expect   unit web running
restart
forward  1s
expect   starts web 3
stop     web
forward  1s
expect   unit web stopped
restart
forward  1s
expect   unit web stopped          # by hand: it stays so
