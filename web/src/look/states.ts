import type { Alert, Chain, Health, Incident, Mood, Page, RunState, StageState, StepState, Unit } from "../api/types";

/** How a state looks. Every tone has a colour and a shape of its own; the shape alone is enough. */
export type Tone = "ok" | "warn" | "bad" | "unknown" | "starved" | "busy" | "waiting" | "off";

export const moodTone = (mood: Mood): Tone => mood;

const kHealth: Record<Health, Tone> = { healthy: "ok", unhealthy: "bad", starting: "busy", unknown: "unknown" };
export const healthTone = (health: Health): Tone => kHealth[health] ?? "unknown";

const kStage: Record<StageState, Tone> = { ok: "ok", broken: "bad", starved: "starved", unknown: "unknown" };
export const stageTone = (state: StageState): Tone => kStage[state] ?? "unknown";

export const chainTone = (state: Chain["state"]): Tone => kStage[state] ?? "unknown";

const kIncident: Record<Incident["state"], Tone> = { open: "bad", acknowledged: "warn", taken: "warn", resolved: "ok" };
export const incidentTone = (state: Incident["state"]): Tone => kIncident[state] ?? "unknown";

const kRun: Record<RunState, Tone> = {
  running: "busy",
  waiting: "waiting",
  succeeded: "ok",
  failed: "bad",
  escalated: "warn",
  cancelled: "off",
};
export const runTone = (state: RunState): Tone => kRun[state] ?? "unknown";

const kStep: Record<StepState, Tone> = {
  waiting: "waiting",
  running: "busy",
  done: "ok",
  failed: "bad",
  skipped: "off",
  unknown: "unknown",
};
export const stepTone = (state: StepState): Tone => kStep[state] ?? "unknown";

const kUnit: Record<Unit["state"], Tone> = {
  stopped: "off",
  starting: "busy",
  running: "ok",
  stopping: "busy",
  waiting: "waiting",
  backoff: "warn",
  failed: "bad",
};
export const unitTone = (state: Unit["state"]): Tone => kUnit[state] ?? "unknown";

const kPage: Record<Page["state"], Tone> = { queued: "waiting", sent: "ok", failed: "bad" };
export const pageTone = (state: Page["state"]): Tone => kPage[state] ?? "unknown";

const kAlert: Record<Alert["state"], Tone> = { pending: "warn", firing: "bad", resolved: "ok" };
export const alertTone = (state: Alert["state"]): Tone => kAlert[state] ?? "unknown";

export const stillGoing = (state: RunState): boolean => state === "running" || state === "waiting";
