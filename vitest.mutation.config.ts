import { defineConfig } from 'vitest/config'
import { groupOf } from './scripts/mutation/groups.ts'
import { keptThread } from './test-utils/kept-thread.ts'
import { LikeliestFirst } from './test-utils/likeliest-first.ts'

// The tests of one group, as Stryker runs them on each mutant of that group (stryker.config.mjs).
export default defineConfig({
  plugins: [keptThread],
  resolve: { conditions: ['@ssr-cache/source'] },
  ssr: { resolve: { conditions: ['@ssr-cache/source'], externalConditions: ['@ssr-cache/source'] } },
  test: {
    include: [...groupOf(process.env['MUTATION_GROUP'] ?? 'rules').tests],
    // Tests on the shared data, which is not beside Stryker's copy of the repository; on a bundle; and on a real disk.
    exclude: [
      '**/node_modules/**',
      '**/corpora.test.ts',
      '**/real-headers.test.ts',
      '**/bundle.test.ts',
      '**/disk.test.ts',
    ],
    // The sources are loaded once for all test files, and not once for each.
    isolate: false,
    sequence: { sequencer: LikeliestFirst },
    // Time stands still in these tests: what has not ended by then hangs, as many a mutant does.
    testTimeout: 5_000,
    setupFiles: ['./test-utils/mutation-setup.ts'],
  },
})
