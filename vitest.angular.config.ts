import { defineConfig } from 'vitest/config'

// The tests of examples/angular, which need what only `npm run check:angular` installs.
export default defineConfig({
  test: {
    include: ['examples/angular/test/*.check.ts'],
    reporters: ['default', './test-utils/plain-reporter.ts'],
    // Real servers, and Angular's build.
    testTimeout: 60_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } },
  },
})
