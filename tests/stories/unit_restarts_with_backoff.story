# A process that dies is started again after 100 ms, 200 ms, 400 ms; after three failures in a row it
# is left alone. Ten good seconds wipe the slate. (D13, E4)
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
forward  10s
kill     web 9
expect   unit web backoff
forward  99ms
expect   unit web backoff
forward  51ms
expect   unit web running
kill     web 9
forward  199ms
expect   unit web backoff
forward  51ms
expect   unit web running
forward  11s
kill     web 9
forward  150ms
expect   unit web running
kill     web 9
forward  250ms
kill     web 9
forward  450ms
expect   unit web running
kill     web 9
expect   unit web failed
forward  1h
expect   unit web failed
start    web
forward  1s
expect   unit web running
