// The documents behind the first screen: incidents with their timelines, runbooks, runs, alerts, logs.
import { kMinutes, kSeconds } from "./world.mjs";

const iso = (at) => new Date(at).toISOString();

export function timelineOf(incident, now) {
  const at = Date.parse(incident.opened_at);
  const entries = [
    [-40, "alert_fired", "HeartbeatStalled is pending: sum(rate(datajs_out_total[1m])) is 0", null, "rules/chains.yml, for: 30s"],
    [0, "alert_fired", "HeartbeatStalled fires", null, "it has held for 30 s"],
    [0, "incident_opened", "Incident opened: the first broken stage of heartbeat is datajs", null, "its inflow is 20.2 /s, its outflow 0"],
    [1, "victim_attached", "devicemanagement is attached as a victim", null, "it needs thingsboard, which starves behind datajs"],
    [1, "page_queued", "Ana is paged by mail", null, "level 1 of core: schedule core, ana until tomorrow 09:00"],
    [2, "page_sent", "The mail server has taken the page to Ana", null, "250 2.0.0 Ok: queued"],
    [22, "run_started", "Runbook “Heartbeats stall after the Kafka maintenance” starts by itself", null, 'it matches alert="HeartbeatStalled", stage="datajs"; the guard allows it'],
    [23, "step_done", "Restart the enricher: done in 1.2 s", null, null],
    [24, "step_started", "Waiting until heartbeats flow again, at most 5 min", null, null],
  ];
  return entries
    .map(([after, kind, text, who, why]) => ({ at: iso(at + after * kSeconds), kind, text, who, why }))
    .filter((entry) => Date.parse(entry.at) <= now);
}

export function pagesOf(incident) {
  const at = Date.parse(incident.opened_at);
  return [
    {
      id: "p-12-1-ana",
      incident: incident.id,
      person: "ana",
      channel: "mail",
      address: "ana@example.org",
      state: "sent",
      attempts: 1,
      repeat: false,
      at: iso(at + kSeconds),
      sent_at: iso(at + 2 * kSeconds),
      detail: "250 2.0.0 Ok: queued",
      text: incident.title,
    },
    {
      id: "p-12-1-hook",
      incident: incident.id,
      person: null,
      channel: "webhook",
      address: "http://127.0.0.1:9099/hook",
      state: "queued",
      attempts: 3,
      repeat: true,
      at: iso(at + kSeconds),
      sent_at: null,
      detail: "connection refused, again in 20 s",
      text: incident.title,
    },
  ];
}

export const because = (page) => [
  { at: page.at, text: "HeartbeatStalled fired with severity critical" },
  { at: page.at, text: "route team=core leads to escalation core" },
  { at: page.at, text: "level 1 pages schedule core: ana until tomorrow 09:00" },
  { at: page.at, text: "nothing mutes or defers it: no window, urgency none" },
];

export function alerts(world, now) {
  const calm = {
    fingerprint: "5b1d77a0c2",
    labels: { alertname: "NodeFilesystemFree", severity: "warning", instance: "localhost", mountpoint: "/var/lib/mediator" },
    annotations: { summary: "/var/lib/mediator has 14 % left" },
    state: "pending",
    value: 14.2,
    active_at: iso(now - 3 * kMinutes),
    fired_at: null,
    resolved_at: null,
    incident: null,
    cause: null,
    muted_by: null,
    receivers: ["core"],
    reason: "pending for 3 min of 10 min",
  };
  if (world.incidents.length === 0) return [calm];
  const opened = world.incidents[0].opened_at;
  const base = { ...calm, state: "firing", active_at: opened, fired_at: opened, incident: 12, reason: null };
  return [
    {
      ...base,
      fingerprint: "0c44d19be1",
      labels: { alertname: "HeartbeatStalled", severity: "critical", chain: "heartbeat", stage: "datajs", team: "core" },
      annotations: { summary: "datajs takes in 20.2 /s and puts out nothing" },
      value: 0,
    },
    {
      ...base,
      fingerprint: "e1a2030977",
      labels: { alertname: "ManyDevicesInactive", severity: "critical", fleet: "gateways", team: "core" },
      annotations: { summary: "412 gateways have been silent for 10 min" },
      value: 412,
      cause: "datajs",
    },
    calm,
  ];
}

export const runbooks = [
  {
    id: "heartbeats-stall",
    title: "Heartbeats stall after the Kafka maintenance",
    when: 'alert="HeartbeatStalled", stage="datajs"',
    automatic: true,
    guard: { cooldown_ms: 1_800_000, at_most: 2, at_most_per_ms: 21_600_000, blast_radius: 1 },
    path: "runbooks/heartbeats-stall.md",
  },
  { id: "empty-topic", title: "Empty the heartbeat topic", when: 'alert="HeartbeatStalled"', automatic: false, guard: null, path: "runbooks/empty-topic.md" },
  { id: "restart-signaling", title: "Signaling eats the memory", when: 'alert="NodeMemoryUsageHigh", service="signaling"', automatic: true, guard: { cooldown_ms: 3_600_000, at_most: null, at_most_per_ms: 0, blast_radius: 1 }, path: "runbooks/restart-signaling.md" },
  { id: "clean-mediator", title: "Clean the mediator's dumps", when: 'alert="NodeFilesystemFree"', automatic: false, guard: null, path: "runbooks/clean-mediator.md" },
  { id: "push-distributor", title: "Pushes lag: write to the distributor", when: null, automatic: false, guard: null, path: "runbooks/push-distributor.md" },
];

export const runbookHtml = `<p>The consumer often loses its group when brokers restart. A restart of the enricher is harmless: what it has not
read yet waits in the topic.</p>
<h2 id="restart">Restart the enricher</h2>
<pre><code>vigie restart datajs
</code></pre>
<pre><code>sum(rate(datajs_out_total[1m])) &gt; 0
</code></pre>
<p>on failure: <a href="#empty">empty the topic</a></p>
<h2 id="empty">Empty the topic</h2>
<p>Heartbeats older than ten minutes are of no use to anyone. <strong>Never do this to an alarm topic.</strong></p>
<pre><code>stage-topic empty teamusages.dataEnrichement.heartbeatSercomm.send
</code></pre>
<p>then: <a href="#restart">restart</a> once, otherwise: escalate</p>`;

export const runbookParams = [{ name: "topic", help: "the topic that is emptied", default: "teamusages.dataEnrichement.heartbeatSercomm.send" }];

export const runbookSteps = [
  { id: "restart", title: "Restart the enricher", kind: "command", text: "vigie restart datajs", approve: "never", repeat: "safe", timeout_ms: 60000 },
  { id: "verify", title: "Wait until heartbeats flow again", kind: "verify", text: "sum(rate(datajs_out_total[1m])) > 0", approve: "never", repeat: "safe", timeout_ms: 300000 },
  { id: "empty", title: "Empty the topic", kind: "command", text: "stage-topic empty teamusages.dataEnrichement.heartbeatSercomm.send", approve: "ask", repeat: "never", timeout_ms: 30000 },
];

/** Without an incident nothing says which service is meant: the daemon leaves such a place as it stands. */
export function dryRun(id, { incident, params }) {
  const service = incident === null ? "{{ labels.service }}" : "datajs";
  const topic = params.topic ?? runbookParams[0].default;
  const fill = (text) => text.replace("restart datajs", `restart ${service}`).replace(runbookParams[0].default, topic);
  const steps = runbookSteps.map((step) => ({ ...step, text: fill(step.text) }));
  return { steps, guard: { allowed: true, why: "Last run 26 h ago; 0 of 2 runs used in 6 h." }, missing: [] };
}

export function runSteps(run, now) {
  const at = Date.parse(run.started_at);
  const step = (index, state, from, to, more = {}) => ({
    ...runbookSteps[index],
    state,
    attempt: 1,
    started_at: from === null ? null : iso(at + from),
    ended_at: to === null ? null : iso(at + to),
    output: null,
    exit_status: null,
    why: null,
    ...more,
  });
  const restart = step(0, "done", 100, 1300, { output: "datajs: stopping 4321\ndatajs: started 5118, healthy after 820 ms\n", exit_status: 0 });
  if (run.state === "succeeded") return [restart, step(1, "done", 1400, 21000, { output: "0 0 0 3.1 18.7 20.2" }), step(2, "skipped", null, null)];
  if (run.state === "waiting") {
    return [restart, step(1, "failed", 1400, 301400, { why: "still 0 after 5 min" }), step(2, "unknown", 301500, null, { output: "emptying 48,102 records", why: "Vigie was stopped 4 s after this step began" })];
  }
  const waited = Math.max(0, now - at - 1400);
  return [restart, step(1, "running", 1400, null, { output: `0 for ${Math.round(waited / 1000)} s` }), step(2, "waiting", null, null)];
}

export function pastRuns(now) {
  const run = (id, state, ago, took, more = {}) => ({
    id,
    runbook: "restart-signaling",
    title: "Signaling eats the memory",
    incident: null,
    state,
    automatic: true,
    by: null,
    started_at: iso(now - ago),
    ended_at: took === null ? null : iso(now - ago + took),
    step: null,
    why: null,
    ...more,
  });
  return [
    run(6, "waiting", 50 * kMinutes, null, { runbook: "heartbeats-stall", title: "Heartbeats stall after the Kafka maintenance", step: "Empty the topic", why: "a person must say whether the step was done" }),
    run(5, "succeeded", 26 * 60 * kMinutes, 48000),
    run(4, "failed", 71 * 60 * kMinutes, 62000, { runbook: "clean-mediator", title: "Clean the mediator's dumps", automatic: false, by: "ben", why: "exit status 2: no such directory" }),
  ];
}

export function logLines(name, now, wanted) {
  const said = ["poll returned 20 records", "enriched 20 records in 14 ms", "committed offset 1920442", "heartbeat saved for 20 devices"];
  const lines = Array.from({ length: Math.min(wanted, 240) }, (_, index) => {
    const at = iso(now - (240 - index) * 700);
    return `${at} INFO  ${name} ${said[index % said.length]}`;
  });
  if (name === "datajs") {
    lines.push(`${iso(now - 4000)} WARN  ${name} group coordinator is not available, rejoining`);
    lines.push(`${iso(now - 3000)} ERROR ${name} heartbeat expired, the member is no longer part of the group`);
  }
  return lines;
}
