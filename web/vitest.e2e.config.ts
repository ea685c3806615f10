/**
 * Tests in a real browser against a running demo. `SEKOCI_E2E` holds the line that
 * `bin/demo --headless` prints; the browser is `SEKOCI_CHROMIUM` or /usr/bin/chromium.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/**/*.e2e.ts"],
    environment: "node",
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // One after another: they share one installation, and one of them breaks a site.
    fileParallelism: false,
    sequence: { concurrent: false },
  },
});
