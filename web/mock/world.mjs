// The world of the console's fixtures: the alarm platform on a quiet day, and on a day when datajs hangs.
// Everything is relative to the instant the world is made, so that ages and countdowns look alive.

export const kSeconds = 1000;
export const kMinutes = 60 * kSeconds;
export const kHours = 60 * kMinutes;

const iso = (at) => new Date(at).toISOString();

function service(name, more = {}) {
  return {
    name,
    team: "core",
    environment: "prod",
    health: "healthy",
    why: null,
    since: null,
    needs: [],
    cause: null,
    symptoms: [],
    unit: { state: "running", pid: 0, since: null, restarts: 0, why: null },
    incident: null,
    ...more,
  };
}

function services(at) {
  const list = [
    service("kafka", { symptoms: ["consumer groups rebalance for ever", "messages arrive late everywhere"] }),
    service("reporter", { needs: ["kafka"], symptoms: ["no alarm arrives from any gateway"] }),
    service("dataenricher", { needs: ["kafka"], symptoms: ["alarms have no address"] }),
    service("datajs", { needs: ["kafka"], symptoms: ["heartbeats stall", "last activity false for many devices"] }),
    service("thingsboard", { needs: ["kafka", "postgres"], symptoms: ["devices are shown offline", "rule chain is stuck"] }),
    service("event", { needs: ["thingsboard"], symptoms: ["the history is empty"] }),
    service("telesurveillance", { needs: ["thingsboard"], symptoms: ["the monitoring centre sees no alarm"] }),
    service("camunda", { needs: ["offre"], symptoms: ["processes hang at the first task"] }),
    service("offre", { team: "sales", symptoms: ["contract lookup fails"] }),
    service("devicemanagement", { needs: ["thingsboard"], symptoms: ["inactive device count is wrong"] }),
    service("postgres", { symptoms: ["everything that saves is slow"] }),
    service("originsrv", { team: "core", symptoms: ["search is broken", "packages cannot be found"] }),
    service("signaling", { symptoms: ["video call does not start", "free memory keeps falling"] }),
    service("mediator-crow", { symptoms: ["disk fills up with dumps"] }),
    service("push", { team: "mobile", environment: "prod", unit: null, symptoms: ["notifications arrive late"] }),
    service("loki", { team: "platform", unit: null, symptoms: ["logs are missing in Grafana"] }),
  ];
  list.forEach((entry, index) => {
    const since = iso(at - (3 + index * 7) * kHours - index * 13 * kMinutes);
    entry.since = since;
    if (entry.unit) Object.assign(entry.unit, { pid: 4210 + index * 37, since, restarts: index % 5 === 2 ? 1 : 0 });
  });
  return list;
}

function stage(name, serviceName, flow, robot = null) {
  return { name, service: serviceName, state: "ok", flow, robot };
}

function chains(at) {
  const robot = { every_ms: 5 * kMinutes, last_at: iso(at - 95 * kSeconds), last: "ok" };
  return [
    {
      name: "alarm",
      state: "ok",
      broken_stage: null,
      why: null,
      stages: [
        stage("gateway", null, 0.42, "ok"),
        stage("reporter", "reporter", 0.42, "ok"),
        stage("crow.alarm", "kafka", 0.41, "ok"),
        stage("dataenricher", "dataenricher", 0.41, "ok"),
        stage("output", "kafka", 0.41, "ok"),
        stage("thingsboard", "thingsboard", 0.4, "ok"),
        { ...stage("event", "event", 0.4, "ok"), after: ["thingsboard"] },
        { ...stage("telesurveillance", "telesurveillance", 0.39, "ok"), after: ["thingsboard"] },
        { ...stage("camunda", "camunda", 0.13, "ok"), after: ["thingsboard"] },
      ],
      robot,
    },
    {
      name: "heartbeat",
      state: "ok",
      broken_stage: null,
      why: null,
      stages: [
        stage("gateway", null, 20.3),
        stage("reporter", "reporter", 20.3),
        stage("heartbeat topic", "kafka", 20.2),
        stage("datajs", "datajs", 20.2),
        stage("thingsboard", "thingsboard", 20.1),
      ],
      robot: { ...robot, last_at: iso(at - 40 * kSeconds) },
    },
  ];
}

function rota(at) {
  const next = at + 26 * kHours + 12 * kMinutes;
  return [
    { team: "core", schedule: "core", person: "ana", name: "Ana", until: iso(next), next: "ben", next_name: "Ben" },
    { team: "core", schedule: "second", person: "ben", name: "Ben", until: iso(next), next: "cho", next_name: "Cho" },
    { team: "sales", schedule: "sales", person: "cho", name: "Cho", until: iso(at + 70 * kHours), next: "ana", next_name: "Ana" },
  ];
}

export function calmWorld(at = Date.now()) {
  return {
    at: iso(at),
    seq: 48210,
    version: "0.1.0",
    book: { name: "astreinte", timezone: "Europe/Paris", hash: "9f31c07ae2b4", problem: null },
    mood: "ok",
    sentence: "All is well: 16 services, 2 chains, nobody is being paged.",
    oncall: rota(at),
    incidents: [],
    runs: [],
    chains: chains(at),
    services: services(at),
    fleets: [
      { name: "gateways", devices: 12480, active: 12471, inactive: 9, inactive_after_ms: 10 * kMinutes },
      { name: "cameras", devices: 3120, active: 3120, inactive: 0, inactive_after_ms: 30 * kMinutes },
    ],
    alerts: { firing: 0, pending: 1 },
  };
}

/** datajs takes in and puts out nothing; behind it everything starves. */
export function breakHeartbeats(world, at) {
  const chain = world.chains.find((entry) => entry.name === "heartbeat");
  Object.assign(chain, { state: "broken", broken_stage: "datajs", why: "datajs takes in 20.2 /s and puts out nothing since 40 s" });
  Object.assign(chain.stages[3], { state: "broken", flow: 0, robot: "missing" });
  Object.assign(chain.stages[4], { state: "starved", flow: 0 });
  chain.robot.last = "failed";
  const datajs = world.services.find((entry) => entry.name === "datajs");
  Object.assign(datajs, { health: "unhealthy", why: "no answer on /health within 2 s", since: iso(at), incident: 12 });
  for (const name of ["devicemanagement"]) {
    const victim = world.services.find((entry) => entry.name === name);
    Object.assign(victim, { health: "unhealthy", why: "412 devices inactive", cause: "datajs", since: iso(at + 30 * kSeconds), incident: 12 });
  }
  Object.assign(world.fleets[0], { active: 12068, inactive: 412 });
  world.mood = "bad";
  world.sentence = "Heartbeats stop at datajs; Ana is paged and has not answered yet.";
  world.alerts = { firing: 2, pending: 1 };
  world.incidents = [
    {
      id: 12,
      title: "Heartbeats stall at datajs",
      state: "open",
      severity: "critical",
      service: "datajs",
      chain: "heartbeat",
      stage: "datajs",
      team: "core",
      owner: null,
      opened_at: iso(at),
      resolved_at: null,
      alerts: 2,
      victims: 1,
      next: null,
      run: null,
    },
  ];
  return world;
}

export function startRun(world, at) {
  world.runs = [
    {
      id: 7,
      runbook: "heartbeats-stall",
      title: "Heartbeats stall after the Kafka maintenance",
      incident: 12,
      state: "running",
      automatic: true,
      by: null,
      started_at: iso(at),
      ended_at: null,
      step: "Restart the enricher",
      why: null,
    },
  ];
  const [incident] = world.incidents;
  if (incident) incident.run = 7;
  return world;
}

/** Four minutes into the incident: the page is out, the runbook runs, the next page is near. */
export function incidentWorld(at = Date.now()) {
  const world = breakHeartbeats(calmWorld(at), at - 4 * kMinutes - 12 * kSeconds);
  startRun(world, at - 3 * kMinutes - 50 * kSeconds);
  world.runs[0].step = "Wait until heartbeats flow again";
  world.incidents[0].next = { at: iso(at + 161 * kSeconds), what: "Ben is mailed" };
  const offre = world.services.find((entry) => entry.name === "offre");
  Object.assign(offre, { health: "unhealthy", why: "connection refused on :8085", since: iso(at - 11 * kMinutes), incident: 11 });
  const camunda = world.services.find((entry) => entry.name === "camunda");
  Object.assign(camunda, { health: "unhealthy", why: "process start fails", cause: "offre", since: iso(at - 10 * kMinutes), incident: 11 });
  world.incidents.push({
    ...world.incidents[0],
    id: 11,
    title: "offre refuses connections",
    state: "taken",
    severity: "warning",
    service: "offre",
    chain: null,
    stage: null,
    team: "sales",
    owner: "cho",
    opened_at: iso(at - 11 * kMinutes),
    victims: 1,
    next: null,
    run: null,
  });
  return world;
}
