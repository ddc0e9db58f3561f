// Starts the mock server on a free port and stops exactly that one.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export async function startMock(scene) {
  const script = fileURLToPath(new URL("../mock/server.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, "--port", "0", "--scene", scene], { stdio: ["ignore", "pipe", "inherit"] });
  const link = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the mock server ended with ${code}`)));
    child.stdout.once("data", (data) => resolve(String(data).trim()));
  });
  const url = new URL(link);
  return { url: url.origin, token: url.hash.replace("#enter=", ""), stop: () => child.kill() };
}
