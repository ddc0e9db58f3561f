// No page scrolls sideways, on a phone or on a small one; dark and light differ.
const kPages = ["now", "incidents?state=all", "alerts", "services", "chains", "runbooks", "runs", "who", "metrics", "metrics?expr=up"];
const kWidths = [390, 320];

export async function checkWidths(checks, page, incident) {
  const first = await page.evaluate(async () => {
    const now = await (await fetch("/api/vigie/now")).json();
    return { service: now.services[0]?.name, chain: now.chains[0]?.name, fleet: now.fleets[0]?.name };
  });
  const pages = [...kPages, incident && `incidents/${incident}`, first.service && `services/${encodeURIComponent(first.service)}`,
    first.chain && `chains/${encodeURIComponent(first.chain)}`, first.fleet && `fleets/${encodeURIComponent(first.fleet)}`].filter(Boolean);
  for (const width of kWidths) {
    await checks.run(`nothing scrolls sideways at ${width} px`, async () => {
      await page.setViewportSize({ width, height: 844 });
      for (const address of pages) {
        await page.evaluate((to) => { location.hash = to; }, `#/${address}`);
        await page.waitForTimeout(350);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        checks.that(wide <= width, `${address} is ${wide} px wide: ${await widest(page, width)}`);
      }
      return `${pages.length} pages`;
    });
  }
  await checks.run("no stage's name is cut within a word", async () => {
    const names = new Set();
    for (const width of [1440, 1100, 700, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => { location.hash = "#/chains"; });
      await page.waitForTimeout(350);
      for (const { name, cut } of await page.evaluate(wordsOfStages)) {
        checks.that(!cut, `${name} is cut at ${width} px`);
        names.add(name);
      }
    }
    return `${names.size} words`;
  });
  await checks.run("on a phone the acts of the first incident are on the first screen", async () => {
    const ask = (path, payload) =>
      page.evaluate(async ([to, what]) => (await fetch(`/api/vigie/${to}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) })).json(), [path, payload]);
    const { id } = await ask("incidents", { title: "Rehearsal on a phone" });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(() => { location.hash = "#/now"; });
    const button = page.locator(".incident-card .buttons button").first();
    await button.waitFor();
    const { y, height } = await button.boundingBox();
    const bottom = await page.locator(".headline-sub").evaluate((line) => line.getBoundingClientRect().bottom);
    const sea = await page.locator(".horizon").evaluate((drawing) => drawing.getBoundingClientRect().top);
    await ask(`incidents/${id}/resolve`, {});
    checks.that(y + height <= 844, `it ends at ${Math.round(y + height)} px`);
    checks.that(bottom <= sea, "the sea strikes through the line under the sentence");
    return `it ends at ${Math.round(y + height)} px`;
  });
  await checks.run("stages and the menu are large enough for a finger, and the menu says that it is open", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(() => { location.hash = "#/chains"; });
    await page.waitForTimeout(350);
    const low = await page.evaluate(() => Math.min(...[...document.querySelectorAll(".stage-name a")].map((link) => link.getBoundingClientRect().height), 100));
    checks.that(low >= 28, `a stage's link is ${low} px high`);
    const menu = page.locator(".tool.menu");
    await menu.click();
    await page.locator('.tool.menu[aria-expanded="true"]').waitFor({ timeout: 2000 });
    await page.keyboard.press("Escape");
    await page.locator('.tool.menu[aria-expanded="false"]').waitFor({ timeout: 2000 });
  });
  await page.setViewportSize({ width: 1440, height: 900 });
  await checks.run("dark and light follow the machine, and the button overrides it", async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    const light = await background();
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await background();
    checks.that(light !== dark, `both are ${light}`);
    await page.locator('button[aria-label^="Theme"]').click();
    checks.that((await background()) === light, "the button did not choose light");
    await page.locator('button[aria-label^="Theme"]').click();
    await page.locator('button[aria-label^="Theme"]').click();
  });
}

/** Each unbreakable part of a stage's name, and whether it stands in more than one line. */
function wordsOfStages() {
  return [...document.querySelectorAll(".stage-name")].flatMap((element) => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
    return [...text.data.matchAll(/[^\u200b\s]+/g)].map((word) => {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      return { name: word[0], cut: new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1 };
    });
  });
}

const widest = (page, width) =>
  page.evaluate((limit) => {
    const over = [...document.querySelectorAll("main *, header *")].filter((element) => element.getBoundingClientRect().right > limit + 1);
    return over.slice(-2).map((element) => `${element.tagName}.${element.className.baseVal ?? element.className}`).join(", ");
  }, width);
