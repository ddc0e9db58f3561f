// What the reference of the book says about services and chains.
#include "config/reference.h"
#include "topology/tables.h"
#include "topology/topology.h"

namespace vigie::topology {

namespace {

using config::Chapter;

Chapter services() {
  return {.path = "services.NAME",
          .words = R"(The name is the value of the label `service`, by which alerts belong to a
service. A service whose `needs` are broken is their victim: its alerts join the incident of the
cause and page nobody. Needs may not go in a circle.

`needs` is a list of services, or a map that says how far each must be before this one is started:
`started`, or `healthy` by its own checks. At most 10,000 services.)",
          .fields = service_fields(),
          .example = R"(services:
  broker:
    team: core
    environment: prod
    run: external
    health:
      - {tcp: "127.0.0.1:9092", every: 5s, retries: 2}
    symptoms: [everything stalls at once]
  datajs:
    team: core
    needs: {broker: healthy}
    run:
      process: {command: [./datajs, --port, "8080"], dir: /srv/datajs}
      restart: on-failure:5
      restart-when: unhealthy
    health:
      - http: "http://127.0.0.1:8080/health"
        every: 5s
        start-period: 30s
  website:
    needs: [datajs]
    run: external)"};
}

Chapter chains() {
  return {.path = "chains.NAME",
          .words = R"(The way of a message, station by station. The first stage whose input is alive
and whose output is not is the broken one; those behind it are its victims. At most 1,000 chains.)",
          .fields = chain_fields(),
          .example = R"yaml(chains:
  heartbeat:
    flow-grace: 10s
    stages:
      - {name: gateways, flow: "sum(rate(gateways_out_total[10s]))"}
      - name: topic
        service: broker
        kafka: {cluster: main, topic: heartbeats}
        flow: 'sum(rate(broker_topic_in_total{topic="heartbeats"}[12s]))'
      - {name: datajs, service: datajs, flow: "sum(rate(datajs_out_total[14s]))"}
      - {name: website, service: website, after: [datajs]}
      - {name: archive, after: [datajs], flow: "sum(rate(archive_out_total[16s]))"}
    robot:
      every: 5m
      send:
        kafka:
          brokers: 127.0.0.1:9092
          topic: heartbeats
          value: '{"id": "{{id}}", "device": "robot", "at": "{{now}}"}'
      expect:
        - {stage: datajs, within: 5s, http: "http://127.0.0.1:8080/seen/{{id}}"})yaml"};
}

Chapter stages() {
  // The table is nested in that of chains; here it gets its words.
  for (const config::Field& field : chain_fields()) {
    if (field.name != "stages") { continue; }
    return {
        .path = "chains.NAME.stages[]",
        .words = R"(A stage is known by its `flow`, by the health of its `service`, or by a robot
that looks for its message there. Let the windows of flows grow from stage to stage: then a stop
travels downstream, and the first one is found. At most 200 stages.)",
        .fields = field.fields};
  }
  return {.path = "chains.NAME.stages[]"};
}

}  // namespace

std::vector<Chapter> book_chapters() {
  return {services(), chains(), stages()};
}

}  // namespace vigie::topology
