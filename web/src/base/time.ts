/** Times arrive as RFC 3339 text in UTC and are shown in the watch book's zone. Durations are milliseconds. */

const kSecond = 1000;
const kMinute = 60 * kSecond;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

const kUnits: readonly (readonly [number, string])[] = [
  [kDay, "d"],
  [kHour, "h"],
  [kMinute, "min"],
  [kSecond, "s"],
];

/** The instant in milliseconds since 1970, or null for absent and unreadable text. */
export function parseTime(text: string | null | undefined): number | null {
  if (!text) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** "4 min 12 s": the two largest units, whole, rounded down. Under a second: "340 ms". */
export function duration(ms: number, parts = 2): string {
  if (!Number.isFinite(ms) || ms <= 0) return "0 s";
  if (ms < kSecond) return `${Math.round(ms)} ms`;
  const words: string[] = [];
  let rest = ms;
  for (const [size, word] of kUnits) {
    const count = Math.floor(rest / size);
    if (count === 0 && words.length === 0) continue;
    rest -= count * size;
    if (count > 0) words.push(`${count} ${word}`);
    parts -= 1;
    if (parts === 0) break;
  }
  return words.join(" ");
}

/** "2 min": one unit only, for tight places. */
export function shortDuration(ms: number): string {
  return duration(ms, 1);
}

/** "in 2 min 41 s", or "any moment" once the instant has passed. Rounds up: a countdown ends at 1, not at 0. */
export function until(ms: number): string {
  if (ms <= 0) return "any moment";
  return `in ${duration(Math.ceil(ms / kSecond) * kSecond)}`;
}

/** "2:41" or "1:02:41": a countdown that does not change width every second. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / kSecond));
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (seconds >= 86400) return duration(ms);
  if (minutes >= 60) return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

const kFormats = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let format = kFormats.get(key);
  if (!format) {
    format = build(zone, options);
    kFormats.set(key, format);
  }
  return format;
}

/** An unknown zone falls back to UTC: a wrong zone name must not blank the screen. */
function build(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const base: Intl.DateTimeFormatOptions = { hourCycle: "h23", ...options };
  try {
    return new Intl.DateTimeFormat("en-GB", { ...base, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("en-GB", { ...base, timeZone: "UTC" });
  }
}

/** "14:02:11" */
export function clockTime(at: number, zone: string): string {
  return formatter(zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}

/** Instants that stand in a sentence of Vigie's, as people of the book's zone read them. */
export function withTimes(text: string, zone: string, now: number): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (found) => {
    const at = parseTime(found);
    if (at === null) return found;
    return civilDay(at, zone) === civilDay(now, zone) ? clockTime(at, zone) : dayTime(at, zone, now);
  });
}

function civilDay(at: number, zone: string): number {
  const parts = wallParts(at, zone);
  return Date.UTC(parts.year, parts.month - 1, parts.day) / kDay;
}

/** "14:02" today, "Tue 14:02" within six days either way, else "12 Jan 14:02", with the year if another one. */
export function dayTime(at: number, zone: string, now: number): string {
  const time = formatter(zone, { hour: "2-digit", minute: "2-digit" }).format(at);
  const days = Math.abs(civilDay(at, zone) - civilDay(now, zone));
  if (days === 0) return time;
  if (days <= 6) return `${formatter(zone, { weekday: "short" }).format(at)} ${time}`;
  const sameYear = wallParts(at, zone).year === wallParts(now, zone).year;
  const day = formatter(zone, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
  return `${day.format(at)} ${time}`;
}

/** Everything, for a tooltip: "Tue 13 Jan 2026, 14:02:11 Europe/Paris (2026-01-13T13:02:11Z)". */
export function fullTime(at: number, zone: string): string {
  const day = formatter(zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(at);
  const utc = new Date(at).toISOString().replace(".000Z", "Z");
  return `${day.replace(",", "")}, ${clockTime(at, zone)} ${zone} (${utc})`;
}

export interface WallParts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

export function wallParts(at: number, zone: string): WallParts {
  const format = formatter(zone, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  const found: Record<string, number> = {};
  for (const part of format.formatToParts(at)) found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return { year, month, day, hour, minute, second };
}

/** "2026-01-13 14:02" for a date-and-time field, in the zone. */
export function toField(at: number, zone: string): string {
  const p = wallParts(at, zone);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}`;
}

/**
 * The instant a date-and-time field means in a zone: "2026-01-13 14:02", or "14:02" of `today`'s day. A time the clocks skip gives the next instant that exists;
 * one that happens twice gives the first, as the rota does.
 */
export function fromField(text: string, zone: string, today: number | null = null): number | null {
  const match = /^(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d?):(\d\d)$/.exec(text.trim());
  const day = match?.[1] ?? (today === null ? null : toField(today, zone).slice(0, 10));
  if (!match || day === null) return null;
  const wanted = parseTime(`${day}T${match[2]!.padStart(2, "0")}:${match[3]}Z`);
  if (wanted === null) return null;
  const offsetAt = (at: number) => {
    const p = wallParts(at, zone);
    return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(at / 1000) * 1000;
  };
  const before = offsetAt(wanted - kDay);
  const after = offsetAt(wanted + kDay);
  const candidates = [wanted - before, wanted - after].sort((a, b) => a - b);
  for (const candidate of candidates) {
    if (candidate + offsetAt(candidate) === wanted) return candidate;
  }
  return jumpBetween(candidates[0] as number, candidates[1] as number, offsetAt);
}

/** The first instant in (low, high] at which the zone's offset has changed. */
function jumpBetween(low: number, high: number, offsetAt: (at: number) => number): number {
  const start = offsetAt(low);
  while (high - low > kSecond) {
    const middle = low + Math.floor((high - low) / 2 / kSecond) * kSecond;
    if (middle === low) break;
    if (offsetAt(middle) === start) low = middle;
    else high = middle;
  }
  return high;
}
