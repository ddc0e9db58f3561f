/** The documents of `docs/formats/console-api.md`, word for word. */

export type Labels = Record<string, string>;
export type Mood = "ok" | "warn" | "bad";

export interface OnCall {
  team: string;
  schedule: string | null;
  person: string | null;
  name: string | null;
  until: string | null;
  next: string | null;
  next_name: string | null;
}

export type IncidentState = "open" | "acknowledged" | "taken" | "resolved";

export interface Incident {
  id: number;
  title: string;
  state: IncidentState;
  severity: string | null;
  service: string | null;
  chain: string | null;
  stage: string | null;
  team: string | null;
  owner: string | null;
  owner_name?: string | null;
  opened_at: string;
  resolved_at: string | null;
  alerts: number;
  /** Of a resolved one: alerts that go on all the same. */
  still_firing?: number;
  victims: number;
  /** `at` is null when it waits for a person rather than for a moment. */
  next: { at: string | null; what: string } | null;
  run: number | null;
}

export type StageState = "ok" | "broken" | "starved" | "unknown";

export interface Stage {
  name: string;
  service: string | null;
  state: StageState;
  flow: number | null;
  robot: "ok" | "late" | "missing" | null;
  /** The stages that feed this one; two behind the same one are a fan-out. */
  after?: string[];
}

export interface Chain {
  name: string;
  state: "ok" | "broken" | "unknown";
  broken_stage: string | null;
  why: string | null;
  stages: Stage[];
  robot: { every_ms: number; last_at: string | null; last: "ok" | "failed" | null } | null;
}

export type Health = "healthy" | "unhealthy" | "starting" | "unknown";

export interface Unit {
  state: "stopped" | "starting" | "running" | "stopping" | "waiting" | "backoff" | "failed";
  pid: number | null;
  since: string | null;
  restarts: number;
  why: string | null;
}

export interface Service {
  name: string;
  team: string | null;
  environment: string | null;
  health: Health;
  why: string | null;
  since: string | null;
  needs: string[];
  cause: string | null;
  symptoms: string[];
  unit: Unit | null;
  incident: number | null;
}

export type RunState = "running" | "waiting" | "succeeded" | "failed" | "escalated" | "cancelled";

export interface Run {
  id: number;
  runbook: string;
  title: string;
  incident: number | null;
  state: RunState;
  automatic: boolean;
  by: string | null;
  started_at: string;
  ended_at: string | null;
  step: string | null;
  why: string | null;
}

export type StepState = "waiting" | "running" | "done" | "failed" | "skipped" | "unknown";

export interface RunStep {
  id: string;
  title: string;
  kind: string;
  text: string;
  state: StepState;
  attempt: number;
  started_at: string | null;
  ended_at: string | null;
  output: string | null;
  exit_status: number | null;
  why: string | null;
}

export interface RunDetail extends Run {
  steps: RunStep[];
}

export interface Fleet {
  name: string;
  devices: number;
  active: number;
  inactive: number;
  inactive_after_ms: number;
}

export interface FleetDetail extends Fleet {
  list: { device: string; last_at: string | null; active: boolean }[];
}

export interface Now {
  at: string;
  seq: number;
  version: string;
  /** Why nothing new can be kept (the disk is full), or null. */
  trouble?: string | null;
  book: { name: string; timezone: string; hash: string; problem: string | null };
  mood: Mood;
  sentence: string;
  oncall: OnCall[];
  incidents: Incident[];
  runs: Run[];
  chains: Chain[];
  services: Service[];
  fleets: Fleet[];
  alerts: { firing: number; pending: number };
}

export interface Alert {
  fingerprint: string;
  labels: Labels;
  annotations: Labels;
  state: "pending" | "firing" | "resolved";
  value: number | string | null;
  active_at: string | null;
  fired_at: string | null;
  resolved_at: string | null;
  incident: number | null;
  cause: string | null;
  muted_by: string | string[] | null;
  receivers: string[] | null;
  reason: string | null;
}

export interface Page {
  id: string | number;
  incident: number | null;
  person: string | null;
  name?: string | null;
  channel: string;
  address: string | null;
  state: "queued" | "sent" | "failed";
  attempts: number;
  repeat: boolean;
  at: string;
  sent_at: string | null;
  detail: string | null;
  text: string | null;
}

export interface TimelineEntry {
  at: string;
  kind: string;
  text: string;
  who: string | null;
  why: string | null;
}

export interface Evidence {
  title: string;
  expr: string;
  from: string;
  to: string;
}

export interface SuggestedRunbook {
  id: string;
  title: string;
  automatic: boolean;
  why: string | null;
}

export interface IncidentDetail extends Incident {
  timeline: TimelineEntry[];
  alert_list: Alert[];
  pages: Page[];
  runbooks: SuggestedRunbook[];
  run_list: Run[];
  evidence: Evidence[];
}

export interface Runbook {
  id: string;
  title: string;
  when: string | null;
  automatic: boolean;
  guard: string | Record<string, unknown> | null;
  path: string | null;
}

export interface RunbookStep {
  id: string;
  title: string;
  kind: string;
  text: string;
  approve: string | boolean | null;
  repeat: string | boolean | null;
  timeout_ms: number | null;
}

export interface RunbookParam {
  name: string;
  help: string | null;
  default: string | null;
}

export interface RunbookDetail extends Runbook {
  html: string;
  params?: RunbookParam[];
  steps: RunbookStep[];
}

export interface DryRun {
  steps: { title: string; kind: string; text: string }[];
  guard: { allowed: boolean; why: string | null };
  /** Parameters without a value. */
  missing?: string[];
}

export interface Why extends Page {
  because: { at: string; text: string }[];
}

export interface Session {
  person: string | null;
  name: string | null;
}
