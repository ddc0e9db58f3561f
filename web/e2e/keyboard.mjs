// An incident from declaration to resolution, and the other pages, without a mouse.
export async function checkKeyboard(checks, page, url) {
  const { keyboard } = page;
  const title = `Rehearsal ${Date.now() % 100_000}`;
  let id = null;

  await checks.run("d declares an incident", async () => {
    await page.goto(`${url}/#/now`);
    await page.locator(".headline h1").waitFor();
    await keyboard.press("d");
    await page.locator("dialog input").waitFor();
    await keyboard.type(title);
    await keyboard.press("Enter");
    await page.waitForURL(/#\/incidents\/\d+/);
    id = Number(/incidents\/(\d+)/.exec(page.url())[1]);
    return `#${id}`;
  });

  await checks.run("g n goes to Now, j moves to the incident, a acknowledges it", async () => {
    await keyboard.press("g");
    await keyboard.press("n");
    const card = page.locator(`.incident-card[data-incident="${id}"]`);
    await card.waitFor();
    for (let step = 0; step < 60 && !(await onIncident(page, id)); step++) await keyboard.press("j");
    checks.that(await onIncident(page, id), "j never reached it");
    await keyboard.press("a");
    await page.locator(`.incident-card.is-acknowledged[data-incident="${id}"]`).waitFor();
  });

  await checks.run("with several open and none chosen, a does nothing and says what to do", async () => {
    const other = await page.evaluate(async () => {
      const answer = await fetch("/api/vigie/incidents", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ title: "Another rehearsal" }) });
      return (await answer.json()).id;
    });
    const card = page.locator(`.incident-card[data-incident="${other}"]`);
    await card.waitFor();
    await page.evaluate(() => document.activeElement?.blur());
    await keyboard.press("a");
    await page.locator(".toast", { hasText: "choose one first" }).waitFor();
    checks.that(await card.evaluate((element) => element.classList.contains("is-open")), "it was acknowledged");
    await page.evaluate((which) => fetch(`/api/vigie/incidents/${which}/resolve`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }), other);
    await card.waitFor({ state: "detached" });
    for (let step = 0; step < 60 && !(await onIncident(page, id)); step++) await keyboard.press("j");
  });

  await checks.run("what has the focus can be seen", async () => {
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    checks.that(outline !== "none", "no outline");
  });

  await checks.run("Enter opens it, n writes a note into its timeline", async () => {
    await keyboard.press("Enter");
    await page.waitForURL(new RegExp(`#/incidents/${id}$`));
    await page.locator(".timeline").waitFor();
    await keyboard.press("n");
    await page.locator("dialog textarea").waitFor();
    await keyboard.type("seen it, looking");
    await keyboard.press("Control+Enter");
    await page.locator(".timeline", { hasText: "seen it, looking" }).waitFor();
  });

  await checks.run("t takes it, r resolves it", async () => {
    await keyboard.press("t");
    await page.locator(".facts", { hasText: "is on it" }).waitFor();
    await keyboard.press("r");
    await page.locator("dialog textarea").waitFor();
    await keyboard.press("Control+Enter");
    await page.locator('h1 .shape[aria-label="resolved"]').waitFor();
  });

  await checks.run("/ finds a page by its name", async () => {
    await keyboard.press("/");
    await page.locator(".finder input").waitFor();
    await keyboard.type("metrics");
    await keyboard.press("Enter");
    await page.waitForURL(/#\/metrics/);
  });

  await checkQuery(checks, page);

  await checks.run("? shows the keys and Escape closes them", async () => {
    await page.locator("h1").focus();
    await keyboard.press("?");
    await page.locator("dialog .help").waitFor();
    await keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  });

  for (const [key, name] of [["i", "Incidents"], ["a", "Alerts"], ["s", "Services"], ["c", "Chains"], ["b", "Runbooks"], ["r", "Runs"], ["w", "Who is on call"]]) {
    await checks.run(`g ${key} goes to ${name}`, async () => {
      await keyboard.press("g");
      await keyboard.press(key);
      await page.locator("h1", { hasText: name }).waitFor();
    });
  }
  return id;
}

const onIncident = (page, id) =>
  page.evaluate((wanted) => document.activeElement?.closest("[data-incident]")?.getAttribute("data-incident") === String(wanted), id);

async function checkQuery(checks, page) {
  const { keyboard } = page;
  await checks.run("a query draws a graph and is in the address", async () => {
    await page.locator(".query textarea").focus();
    await keyboard.type("up");
    await keyboard.press("Enter");
    await page.locator(".plot canvas, .graph .empty").first().waitFor();
    checks.that(/expr=up/.test(page.url()), page.url());
  });
  await checks.run("a wrong query is marked where it is wrong", async () => {
    await page.locator(".query textarea").focus();
    await keyboard.press("Control+A");
    await keyboard.type("sum(up");
    // A refused query is answered with 400, which the browser itself reports as a console error.
    const before = checks.noise.length;
    await keyboard.press("Enter");
    await page.locator(".query-problem mark").waitFor();
    await page.waitForTimeout(200);
    checks.noise.splice(before, checks.noise.length, ...checks.noise.slice(before).filter((line) => !/status of 4\d\d/.test(line)));
  });
}
