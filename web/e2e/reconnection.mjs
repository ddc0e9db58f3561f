// The line is cut: the console says so, comes back by itself, and is the same page as before.
export async function checkReconnection(checks, page, mock) {
  await checks.run("a cut connection is announced and mends itself without a reload", async () => {
    await page.evaluate(() => { location.hash = "#/now"; window.samePage = true; });
    await page.locator(".link-light.is-live").waitFor();
    await fetch(`${mock.url}/mock/cut/5000`);
    await page.locator(".banner", { hasText: "No connection" }).waitFor({ timeout: 5000 });
    await page.locator(".link-light.is-live").waitFor({ timeout: 15_000 });
    await page.locator(".banner").waitFor({ state: "detached" });
    checks.that(await page.evaluate(() => window.samePage === true), "the page was loaded anew");
  });
  await checks.run("an incident that breaks out appears by itself, and its next event counts down", async () => {
    await fetch(`${mock.url}/mock/scene/story`);
    await page.locator(".incident-card .next-when").waitFor({ timeout: 8000 });
    const first = await page.locator(".incident-card .next-when").innerText();
    await page.waitForTimeout(1500);
    checks.that((await page.locator(".incident-card .next-when").innerText()) !== first, `it stands at ${first}`);
    await page.locator(".stage.is-broken.is-marked", { hasText: "datajs" }).waitFor();
  });
}
