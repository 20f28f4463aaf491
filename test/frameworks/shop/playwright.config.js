import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests',
  use: {
    baseURL: 'http://localhost:5199',
    launchOptions: {
      // Playwright's own browsers need a download. This one is on the machine.
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    },
  },
  webServer: { command: 'vite --port 5199 --strictPort', url: 'http://localhost:5199' },
});
