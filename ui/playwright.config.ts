import { defineConfig } from '@playwright/test';

/// Journeys through the product as people use it: against a real `weft dev`, in Debian's Chromium. WEFT_BINARY names
/// the binary, WEFT_UI a build of the interface to be
/// shown in place of the binary's own; pictures of every screen are left in build/ui-test.
export default defineConfig({
  testDir: 'e2e',
  outputDir: '../build/ui-test/results',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 10_000,
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});
