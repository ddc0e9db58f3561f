/** "1 service", "12 services". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
}

/** A figure as people read it: "0.0012", "1.5", "12,400", "3.2 M". */
export function figure(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(2);
  for (const [scale, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"]] as const) {
    if (size >= scale) return `${trimmed(value / scale)} ${letter}`;
  }
  if (size >= 10_000) return Math.round(value).toLocaleString("en-GB");
  return trimmed(value);
}

/** What flows, rounded as the command line rounds it: "0.042", "1.1", "1,250". */
export function flow(perSecond: number): string {
  const size = Math.abs(perSecond);
  if (size === 0 || size < 1e-4 || size >= 1e6) return figure(perSecond);
  if (size >= 99.95) return Math.round(perSecond).toLocaleString("en-GB");
  return size < 0.995 ? String(Number(perSecond.toPrecision(2))) : perSecond.toFixed(1);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** `{a="b"}` as rule files write it. */
export function labelText(labels: Record<string, string>, without: readonly string[] = ["__name__"]): string {
  const pairs = Object.entries(labels)
    .filter(([name]) => !without.includes(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(", ")}}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a, b", and "a, b, c and 2 more" of a longer list. */
export function listed(names: readonly string[], most = 3): string {
  if (names.length <= most + 1) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}

/** Joins class names, leaving out what is false. */
export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}

/** A long name that may be broken where its parts meet ("crow.alarm", "dataEnrichment"), never within one. */
export function breakable(name: string): string {
  return name.replace(/([._/:|-])(?=.)/g, "$1\u200b").replace(/([a-z0-9])(?=[A-Z])/g, "$1\u200b");
}

export function longestPart(name: string): number {
  return Math.max(...breakable(name).split(/[\u200b\s]/).map((part) => part.length));
}
