// What the first screen costs: bytes over the wire with an empty cache, and the time until it can be used.
const kBytesMax = 150_000;
const kReadyMaxMs = 1000;
const kTries = 3;

export async function checkFirstView(checks, context, url) {
  await checks.run(`the first view weighs at most ${kBytesMax / 1000} kB`, async () => {
    const { bytes } = await load(context, url);
    checks.that(bytes <= kBytesMax, `${bytes} bytes`);
    return `${(bytes / 1000).toFixed(1)} kB`;
  });
  await checks.run(`the first view is ready within ${kReadyMaxMs} ms`, async () => {
    const times = [];
    for (let turn = 0; turn < kTries; turn++) times.push((await load(context, url)).ready);
    const best = Math.min(...times);
    checks.that(best <= kReadyMaxMs, `${best} ms at best`);
    return `${best} ms, best of ${kTries}`;
  });
  await checks.run("the page is sent with default-src 'self'", async () => {
    const { policy } = await load(context, url);
    checks.that(/default-src 'self'/.test(policy) && !/unsafe/.test(policy), `content-security-policy: ${policy || "none"}`);
  });
}

async function load(context, url) {
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  let bytes = 0;
  await wire.send("Network.enable");
  await wire.send("Network.setCacheDisabled", { cacheDisabled: true });
  // Headers and body of finished answers; what has come of the stream, which never finishes.
  wire.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
  const response = await page.goto(`${url}/`);
  await page.locator(".headline h1").waitFor();
  const ready = await page.evaluate(() => Math.round(performance.now()));
  await page.waitForTimeout(500);
  const policy = response.headers()["content-security-policy"] ?? "";
  await page.close();
  return { bytes, ready, policy };
}
