import { defineConfig } from "vitest/config";

// The flows drive the built UI in Chromium against the loopback host, one after the other.
export default defineConfig({
  test: {
    environment: "node",
    include: ["flows/**/*.flow.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is waited for comes at once on a free machine; a deadline is no measurement.
    expect: { poll: { timeout: 10_000 } },
  },
});
