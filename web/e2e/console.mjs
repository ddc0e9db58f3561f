// The console in a real browser: signs in, works an incident by keyboard alone, measures the first view, looks for
// sideways scrolling and for breaches of the security policy. Prints one line per check; exit 1 if one fails.
//
//   node e2e/console.mjs                                   against the mock server, with cut connections
//   VIGIE_URL=http://127.0.0.1:9797 VIGIE_TOKEN=… node e2e/console.mjs     against a daemon
import { openBrowser } from "../tools/browser.mjs";
import { startMock } from "../tools/mock_process.mjs";
import { Checks } from "./checks.mjs";
import { checkFirstView } from "./first_view.mjs";
import { checkKeyboard } from "./keyboard.mjs";
import { checkReconnection } from "./reconnection.mjs";
import { checkWidths } from "./widths.mjs";

const mock = process.env.VIGIE_URL ? null : await startMock("calm");
const url = (process.env.VIGIE_URL ?? mock.url).replace(/\/$/, "");
const token = process.env.VIGIE_TOKEN ?? mock?.token;
if (!token) {
  console.error("VIGIE_TOKEN is needed with VIGIE_URL: the part after #enter= of a sign-in link");
  process.exit(2);
}

const browser = await openBrowser();
const checks = new Checks();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  await checks.watch(page, url);

  await checks.run("a stranger is told how to get in", async () => {
    await page.goto(`${url}/`);
    await page.getByText("vigie link").waitFor();
  });
  await checks.run("a one-time link signs in and leaves the address", async () => {
    await page.goto("about:blank");
    await page.goto(`${url}/#enter=${token}`);
    await page.locator(".headline h1").waitFor();
    checks.that(!page.url().includes(token), `the token is still in ${page.url()}`);
  });
  await checkFirstView(checks, context, url);
  if (!mock) {
    await checks.run("the link of an alert leads to its query", async () => {
      await page.goto(`${url}/graph?g0.expr=${encodeURIComponent('up{job="a b"} == 0')}&g0.tab=1`);
      await page.locator("table.instant, .empty").first().waitFor();
      checks.that((await page.locator(".query textarea, .query input, textarea").first().inputValue()) === 'up{job="a b"} == 0', "the query is not in its box");
      await page.goto(`${url}/alerts`);
      await page.getByRole("heading", { name: "Alerts" }).waitFor();
    });
  }
  const incident = await checkKeyboard(checks, page, url);
  await checkWidths(checks, page, incident);
  checks.quiet();
  if (mock) await checkReconnection(checks, page, mock);
} catch (cause) {
  checks.fail("the run itself", cause);
} finally {
  await browser.close();
  mock?.stop();
}
process.exit(checks.finish());
