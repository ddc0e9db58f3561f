// Pictures of every page at two widths and in both themes, into shots/ (or the folder given). For eyes, not for git.
// node tools/screenshots.mjs [folder] [only-names-with-this]
import { mkdir } from "node:fs/promises";
import { openBrowser } from "./browser.mjs";
import { startMock } from "./mock_process.mjs";

const folder = process.argv[2] ?? "shots";
const only = process.argv[3] ?? "";

const kPages = [
  ["calm", "now-calm", "#/now"],
  ["incident", "now-incident", "#/now"],
  ["incident", "incident", "#/incidents/12"],
  ["incident", "incidents", "#/incidents?state=all"],
  ["incident", "alerts", "#/alerts"],
  ["incident", "services", "#/services"],
  ["incident", "service", "#/services/datajs"],
  ["incident", "chain", "#/chains/heartbeat"],
  ["incident", "runbooks", "#/runbooks"],
  ["incident", "runbook", "#/runbooks/heartbeats-stall"],
  ["incident", "run", "#/runs/6"],
  ["incident", "runs", "#/runs"],
  ["incident", "fleet", "#/fleets/gateways"],
  ["incident", "who", "#/who?at=2026-03-28T02:30:00.000Z"],
  ["incident", "metrics", "#/metrics?expr=sum%20by%20(stage)%20(rate(out_total%5B1m%5D))"],
  ["incident", "metrics-error", "#/metrics?expr=sum(rate(datajs_out_total%5B1m%5D)"],
  ["incident", "finder", "#/now", async (page) => { await page.keyboard.press("/"); await page.keyboard.type("search is broken"); }],
  ["incident", "help", "#/now", (page) => page.keyboard.press("?")],
  ["incident", "launch", "#/incidents/12", (page) => page.getByRole("button", { name: "Run…" }).first().click()],
  ["incident", "problem", "#/now", (page, mock) => fetch(`${mock.url}/mock/problem`).then(() => page.waitForTimeout(300))],
  ["incident", "lost", "#/now", (page, mock) => fetch(`${mock.url}/mock/cut/60000`).then(() => page.waitForTimeout(4200))],
];
const kLooks = [[1440, 900, "dark"], [1440, 900, "light"], [390, 844, "dark"], [390, 844, "light"]];

await mkdir(folder, { recursive: true });
const browser = await openBrowser();
const mock = await startMock("calm");
try {
  for (const [scene, name, address, prepare] of kPages.filter(([, name]) => name.includes(only))) {
    for (const [width, height, scheme] of kLooks) {
      await fetch(`${mock.url}/mock/cut/0`);
      await fetch(`${mock.url}/mock/scene/${scene}`);
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(`${mock.url}/#enter=${mock.token}`);
      await page.waitForSelector(".headline");
      await page.evaluate((to) => { location.hash = to; }, address);
      await page.waitForTimeout(700);
      await prepare?.(page, mock);
      await page.waitForTimeout(250);
      await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png`, fullPage: !["finder", "help", "launch"].includes(name) });
      await context.close();
    }
    console.log(name);
  }
} finally {
  await browser.close();
  mock.stop();
}
