// Enough of Prometheus' API for the console: believable curves for whatever is asked, and errors with their place.

export const names = [
  "up", "reporter_out_total", "dataenricher_out_total", "datajs_in_total", "datajs_out_total", "datajs_lag_records",
  "tb_saved_total", "camunda_started_total", "fleet_devices", "fleet_inactive", "node_cpu_seconds_total",
  "node_memory_MemAvailable_bytes", "node_filesystem_avail_bytes", "node_load1", "node_network_receive_bytes_total",
  "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "probe_success", "probe_duration_seconds",
  "vigie_events_total", "vigie_pages_total", "vigie_incidents_open", "scrape_duration_seconds", "scrape_samples_scraped",
];

/** The first place where brackets do not match, as Prometheus would say it. */
export function errorIn(expr) {
  const open = [];
  const pairs = { ")": "(", "]": "[", "}": "{" };
  for (let i = 0; i < expr.length; i++) {
    const letter = expr[i];
    if ("([{".includes(letter)) open.push(letter);
    else if (pairs[letter] && open.pop() !== pairs[letter]) return `1:${i + 1}: parse error: unexpected "${letter}"`;
  }
  return open.length > 0 ? `1:${expr.length + 1}: parse error: unclosed left ${open.at(-1) === "(" ? "parenthesis" : "bracket"}` : null;
}

function labelSets(expr) {
  const by = /by\s*\(([^)]*)\)/.exec(expr)?.[1]?.trim();
  if (by) return ["reporter", "dataenricher", "datajs", "thingsboard", "camunda"].map((value) => ({ [by.split(",")[0].trim()]: value }));
  if (/^(sum|avg|max|min|count)\b/.test(expr)) return [{}];
  const name = /[a-zA-Z_:][\w:]*/.exec(expr.replace(/\b(rate|increase|irate|topk|sort)\b/g, ""))?.[0] ?? "up";
  return ["localhost:9101", "localhost:9102", "localhost:9103"].map((instance, index) => ({ __name__: name, instance, job: index < 2 ? "stage" : "host" }));
}

function valueAt(expr, index, seconds, brokenAt) {
  const wave = Math.sin(seconds / 190 + index * 1.3) * 0.08 + Math.sin(seconds / 41 + index) * 0.03;
  const level = /bytes/.test(expr) ? 1.8e9 : /datajs|heartbeat/.test(expr) ? 20.2 : 3 + index * 1.7;
  const broken = brokenAt !== null && seconds > brokenAt && /datajs_out|tb_saved/.test(expr);
  const grows = /lag|inactive/.test(expr) && brokenAt !== null && seconds > brokenAt;
  if (broken) return Math.max(0, level * (1 - (seconds - brokenAt) / 20));
  return grows ? (seconds - brokenAt) * 20 : level * (1 + wave);
}

export function instant(expr, at, brokenAt) {
  const result = labelSets(expr).map((metric, index) => ({ metric, value: [at, String(valueAt(expr, index, at, brokenAt))] }));
  return { resultType: "vector", result };
}

export function range(expr, start, end, step, brokenAt) {
  const result = labelSets(expr).map((metric, index) => {
    const values = [];
    for (let at = start; at <= end; at += step) values.push([at, String(valueAt(expr, index, at, brokenAt))]);
    return { metric, values };
  });
  return { resultType: "matrix", result };
}
