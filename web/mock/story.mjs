// An incident as it happens, for development and for the end-to-end test: calm, a stage breaks, a page goes out, a
// runbook runs. Acts of the person at the console take it from there.
import { breakHeartbeats, calmWorld, incidentWorld, kSeconds, startRun } from "./world.mjs";

const iso = (at) => new Date(at).toISOString();

export class Stage {
  constructor(publish) {
    this.publish = publish;
    this.timers = [];
    this.extra = [];
    this.world = calmWorld();
  }

  play(scene) {
    this.timers.forEach(clearTimeout);
    this.timers = [];
    this.extra = [];
    this.past = [];
    this.brokenAt = null;
    this.world = scene === "incident" ? incidentWorld() : calmWorld();
    if (scene === "incident") this.brokenAt = Date.now() / 1000 - 252;
    if (scene === "story") this.tell();
    this.changed();
  }

  tell() {
    const after = (seconds, act) => this.timers.push(setTimeout(() => { act(Date.now()); this.changed(); }, seconds * kSeconds));
    after(4, (now) => {
      this.brokenAt = now / 1000;
      breakHeartbeats(this.world, now);
      this.world.incidents[0].next = { at: iso(now + 6 * kSeconds), what: "Ana is mailed" };
    });
    after(10, (now) => {
      this.world.incidents[0].next = { at: iso(now + 300 * kSeconds), what: "Ben is mailed" };
    });
    after(14, (now) => startRun(this.world, now));
    after(16, () => {
      if (this.world.runs[0]) this.world.runs[0].step = "Wait until heartbeats flow again";
    });
  }

  changed() {
    this.world.seq += 1;
    this.world.at = iso(Date.now());
    this.publish(this.world);
  }

  incident(id) {
    return this.world.incidents.find((entry) => entry.id === id) ?? this.past.find((entry) => entry.id === id);
  }

  write(id, kind, text, why = null) {
    this.extra.push({ id, entry: { at: iso(Date.now()), kind, text, who: "ana", why } });
  }

  act(id, verb, note) {
    const incident = this.incident(id);
    if (!incident) return { status: 404, code: "not_found", message: `there is no incident ${id}` };
    if (verb === "resolve" && incident.state === "resolved") return { status: 409, code: "conflict", message: `incident ${id} is resolved already` };
    if (verb === "ack") Object.assign(incident, { state: "acknowledged", owner: "ana", next: { at: iso(Date.now() + 1800 * kSeconds), what: "Ana is asked whether it goes on" } });
    if (verb === "take") Object.assign(incident, { state: "taken", owner: "ana", next: null });
    if (verb === "resolve") this.resolve(incident);
    const said = { ack: "Ana acknowledges", take: "Ana takes the incident", resolve: "Ana resolves the incident", note: note ?? "" };
    this.write(id, verb === "note" ? "note_written" : `incident_${verb}`, said[verb], verb === "note" ? null : note);
    if (verb === "ack" && this.world.incidents.length > 0) this.world.sentence = "Heartbeats stop at datajs; Ana has acknowledged.";
    this.changed();
    return { status: 200, incident };
  }

  resolve(incident) {
    Object.assign(incident, { state: "resolved", resolved_at: iso(Date.now()), next: null });
    this.world.incidents = this.world.incidents.filter((entry) => entry !== incident);
    this.past.unshift(incident);
    if (this.world.incidents.length > 0) return;
    const { seq } = this.world;
    this.world = { ...calmWorld(), seq };
    this.brokenAt = null;
  }

  declare(title, service, severity) {
    const id = Math.max(12, ...this.world.incidents.map((entry) => entry.id), ...this.past.map((entry) => entry.id)) + 1;
    const template = incidentWorld().incidents[0];
    this.world.incidents.unshift({
      ...template,
      id,
      title,
      service,
      severity,
      chain: null,
      stage: null,
      alerts: 0,
      victims: 0,
      opened_at: iso(Date.now()),
      next: { at: iso(Date.now() + 300 * kSeconds), what: "Ben is mailed" },
      run: null,
    });
    Object.assign(this.world, { mood: "bad", sentence: `${title}; Ana is being paged.` });
    this.changed();
    return id;
  }
}
