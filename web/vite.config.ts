import { defineConfig } from "vitest/config";

const daemon = process.env.VIGIE_URL ?? "http://127.0.0.1:9797";

// The daemon serves the console under `default-src 'self'`, so nothing may be inlined as a data URI and the
// module preload polyfill (an inline-friendly shim for old browsers) is left out.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    // The daemon refuses writes of other sites' pages, and the page of the development server is one.
    proxy: { "/api": { target: daemon, changeOrigin: true, headers: { Origin: new URL(daemon).origin } } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts", "src/**/*.test.tsx"],
  },
});
