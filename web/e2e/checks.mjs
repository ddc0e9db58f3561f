// Counts what passed and failed, and listens for what no page may do.
export class Checks {
  passed = 0;
  failed = 0;
  /** Console errors, policy violations and requests to elsewhere, since the start or the last `quiet()`. */
  noise = [];

  async watch(page, origin) {
    page.on("console", (message) => message.type() === "error" && this.noise.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => this.noise.push(`exception: ${error.message}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && url !== "about:blank") this.noise.push(`request to elsewhere: ${url}`);
    });
    await page.exposeFunction("vigieViolation", (text) => this.noise.push(`policy: ${text}`));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        window.vigieViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}:${event.lineNumber}`);
      });
    });
  }

  that(condition, otherwise) {
    if (!condition) throw new Error(otherwise);
  }

  async run(name, act) {
    try {
      const note = await act();
      this.passed += 1;
      console.log(`pass  ${name}${typeof note === "string" ? ` (${note})` : ""}`);
      return true;
    } catch (cause) {
      this.fail(name, cause);
      return false;
    }
  }

  fail(name, cause) {
    this.failed += 1;
    console.log(`FAIL  ${name}: ${String(cause?.message ?? cause).split("\n").slice(0, 3).join(" ")}`);
  }

  /** Nothing may have been logged, thrown or blocked so far. */
  quiet() {
    const noise = this.noise.splice(0);
    if (noise.length === 0) {
      this.passed += 1;
      console.log("pass  no console error, no policy violation, no request to elsewhere");
    } else {
      this.fail("no console error, no policy violation, no request to elsewhere", noise.join(" | "));
    }
  }

  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 ? 0 : 1;
  }
}
