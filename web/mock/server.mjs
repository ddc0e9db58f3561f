// A stand-in for the daemon: serves dist/ under the daemon's security policy and answers the console's API from
// fixtures. Options: --port N, --scene calm|incident|story. Sign in with the link it prints.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as documents from "./documents.mjs";
import * as prometheus from "./prometheus.mjs";
import { Stage } from "./story.mjs";

const kDist = fileURLToPath(new URL("../dist/", import.meta.url));
const kTypes = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const kPolicy =
  "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
const kToken = "let-me-in";
const kCookie = "vigie_session=mock";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};

const listeners = new Set();
let deafUntil = 0;
const stage = new Stage((world) => listeners.forEach((response) => tell(response, world)));

function tell(response, world) {
  response.write(`id: ${world.seq}\nevent: now\ndata: ${JSON.stringify(world)}\n\n`);
}

function send(response, status, value, headers = {}) {
  response.writeHead(status, { "Content-Type": "application/json", "Content-Security-Policy": kPolicy, ...headers });
  response.end(JSON.stringify(value));
}

const fail = (response, status, code, message, field = null) => send(response, status, { error: { code, message, field } });

async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : {};
}

async function file(path, response) {
  const inside = normalize(path).replace(/^(\.\.[/\\])+/, "");
  try {
    const data = await readFile(join(kDist, inside === "/" ? "index.html" : inside));
    const type = kTypes[extname(inside)] ?? kTypes[".html"];
    response.writeHead(200, { "Content-Type": type, "Content-Encoding": "gzip", "Content-Security-Policy": kPolicy, "Referrer-Policy": "no-referrer" });
    response.end(gzipSync(data));
  } catch {
    response.writeHead(404, { "Content-Security-Policy": kPolicy }).end();
  }
}

function events(request, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" });
  response.write(`: resumed after ${request.headers["last-event-id"] ?? "nothing"}\n\n`);
  tell(response, stage.world);
  listeners.add(response);
  const beat = setInterval(() => response.write(": still here\n\n"), 15_000);
  response.on("close", () => {
    clearInterval(beat);
    listeners.delete(response);
  });
}

function incidentDetail(incident) {
  const now = Date.now();
  const heartbeat = incident.chain === "heartbeat";
  const at = Date.parse(incident.opened_at);
  const mine = stage.extra.filter((line) => line.id === incident.id).map((line) => line.entry);
  const opened = { at: incident.opened_at, kind: "incident_declared", text: incident.title, who: "ana", why: null };
  return {
    ...incident,
    timeline: [...(heartbeat ? documents.timelineOf(incident, now) : [opened]), ...mine],
    alert_list: heartbeat ? documents.alerts(stage.world, now).filter((alert) => alert.incident === incident.id) : [],
    pages: heartbeat ? documents.pagesOf(incident) : [],
    runbooks: heartbeat ? documents.runbooks.slice(0, 2).map((book) => ({ id: book.id, title: book.title, automatic: book.automatic, why: `matches ${book.when}` })) : [],
    run_list: stage.world.runs.filter((run) => run.incident === incident.id),
    evidence: heartbeat
      ? [
          ["HeartbeatStalled", "sum(rate(datajs_in_total[1m])) - sum(rate(datajs_out_total[1m]))"],
          ["ManyDevicesInactive", 'fleet_inactive{fleet="gateways"}'],
          ["heartbeat: out of reporter", "sum(rate(reporter_out_total[1m]))"],
          ["heartbeat: out of datajs", "sum(rate(datajs_out_total[1m]))"],
          ["heartbeat: out of thingsboard", "sum(rate(tb_saved_total[1m]))"],
        ].map(([title, expr]) => ({ title, expr, from: new Date(at - 900_000).toISOString(), to: new Date(at + 900_000).toISOString() }))
      : [],
  };
}

const allRuns = () => [...stage.world.runs, ...documents.pastRuns(Date.now())];
const found = (response, value, what) => (value ? send(response, 200, value) : fail(response, 404, "not_found", `there is no such ${what}`));

function read(path, query, response) {
  const [kind, id, more] = path.split("/").map(decodeURIComponent);
  const { world } = stage;
  const now = Date.now();
  switch (kind) {
    case "now":
      return send(response, 200, world);
    case "incidents":
      if (!id) return send(response, 200, { incidents: query.get("state") === "all" ? [...world.incidents, ...stage.past] : world.incidents });
      return found(response, stage.incident(Number(id)) && incidentDetail(stage.incident(Number(id))), "incident");
    case "alerts":
      return send(response, 200, { alerts: documents.alerts(world, now) });
    case "runbooks": {
      if (!id) return send(response, 200, { runbooks: documents.runbooks });
      const book = documents.runbooks.find((entry) => entry.id === id);
      return found(response, book && { ...book, html: documents.runbookHtml, params: documents.runbookParams, steps: documents.runbookSteps }, "runbook");
    }
    case "runs": {
      if (!id) return send(response, 200, { runs: allRuns() });
      const run = allRuns().find((entry) => entry.id === Number(id));
      return found(response, run && { ...run, steps: documents.runSteps(run, now) }, "run");
    }
    case "services":
      if (more === "logs") return send(response, 200, { lines: documents.logLines(id, now, Number(query.get("lines") ?? 200)), path: `data/logs/${id}.log` });
      return id ? found(response, world.services.find((entry) => entry.name === id), "service") : send(response, 200, { services: world.services });
    case "chains":
      return id ? found(response, world.chains.find((entry) => entry.name === id), "chain") : send(response, 200, { chains: world.chains });
    case "fleets": {
      const fleet = world.fleets.find((entry) => entry.name === id);
      const list = Array.from({ length: 24 }, (_, i) => ({ device: `crow-${String(48213 + i * 17).padStart(8, "0")}`, last_at: new Date(now - (11 + i) * 60_000).toISOString(), active: false }));
      return id ? found(response, fleet && { ...fleet, list }, "fleet") : send(response, 200, { fleets: world.fleets });
    }
    case "who":
      return send(response, 200, { oncall: world.oncall });
    case "why": {
      const page = documents.pagesOf(stage.incident(12) ?? { id: 12, opened_at: world.at, title: "" }).find((entry) => entry.id === id);
      return found(response, page && { ...page, because: documents.because(page) }, "page");
    }
    case "metrics":
      return send(response, 200, { names: prometheus.names.filter((name) => name.includes(query.get("match") ?? "")) });
    default:
      return fail(response, 404, "not_found", "there is no such path");
  }
}

function write(path, input, response) {
  const [kind, id, verb] = path.split("/").map(decodeURIComponent);
  if (kind === "incidents" && !id) {
    if (!input.title) return fail(response, 400, "invalid", "a title is needed", "title");
    return send(response, 201, { id: stage.declare(input.title, input.service, input.severity) });
  }
  if (kind === "incidents") {
    const outcome = stage.act(Number(id), verb, input.note);
    return outcome.incident ? send(response, 200, incidentDetail(outcome.incident)) : fail(response, outcome.status, outcome.code, outcome.message);
  }
  if (kind === "runbooks" && input.dry_run) return send(response, 200, documents.dryRun(id, input));
  if (kind === "runbooks") return fail(response, 409, "guarded", "it ran 4 min ago and the cooldown is 30 min");
  if (kind === "services") return send(response, 202, { unit: stage.world.services.find((entry) => entry.name === id)?.unit });
  return send(response, 200, {});
}

function answerQuery(url, response) {
  const expr = url.searchParams.get("query") ?? "";
  const error = prometheus.errorIn(expr);
  if (error) return send(response, 400, { status: "error", errorType: "bad_data", error: `invalid parameter "query": ${error}` });
  const number = (name) => Number(url.searchParams.get(name) ?? Date.now() / 1000);
  const data = url.pathname.endsWith("query_range")
    ? prometheus.range(expr, number("start"), number("end"), number("step"), stage.brokenAt)
    : prometheus.instant(expr, number("time"), stage.brokenAt);
  return send(response, 200, { status: "success", data });
}

/** Levers for tests: another scene, a cut stream, a book that does not load. */
function lever(path, response) {
  const [what, value] = path.split("/");
  if (what === "scene") stage.play(value);
  if (what === "cut") {
    deafUntil = Date.now() + Number(value);
    listeners.forEach((listener) => listener.destroy());
  }
  if (what === "problem") {
    stage.world.book.problem = "services/datajs.yml:14:7: unknown key \"helth\" (did you mean \"health\"?)";
    stage.changed();
  }
  send(response, 200, {});
}

async function answer(request, response) {
  const url = new URL(request.url, "http://mock");
  const api = url.pathname.startsWith("/api/");
  if (url.pathname.startsWith("/mock/")) return lever(url.pathname.slice(6), response);
  if (!api) return file(url.pathname, response);
  if (Date.now() < deafUntil) return request.socket.destroy();
  const path = url.pathname.replace(/^\/api\/vigie\//, "");
  const signedIn = (request.headers.cookie ?? "").includes(kCookie);
  if (path === "session" && request.method === "GET") return send(response, 200, signedIn ? { person: "ana", name: "Ana" } : { person: null, name: null });
  if (path === "session" && request.method === "POST") {
    const { token } = await body(request);
    if (token !== kToken) return fail(response, 403, "denied", "this link has been used or has run out", "token");
    return send(response, 200, { person: "ana", name: "Ana" }, { "Set-Cookie": `${kCookie}; HttpOnly; SameSite=Strict; Path=/` });
  }
  if (path === "session") return send(response, 200, {}, { "Set-Cookie": "vigie_session=; Max-Age=0; Path=/" });
  if (!signedIn) return fail(response, 401, "signed_out", "sign in first");
  if (path === "events") return events(request, response);
  if (url.pathname.startsWith("/api/v1/")) return answerQuery(url, response);
  return request.method === "GET" ? read(path, url.searchParams, response) : write(path, await body(request), response);
}

stage.play(option("scene", "story"));
const server = createServer((request, response) => {
  answer(request, response).catch((cause) => response.headersSent || fail(response, 500, "mock", String(cause)));
});
server.listen(Number(option("port", "4173")), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/#enter=${kToken}`);
});
