import fc from 'fast-check'
import { beforeEach } from 'vitest'
import { groupOf } from '../scripts/mutation/groups.ts'

// Set up for runs of the tests on mutants (vitest.mutation.config.ts), where each test runs hundreds of times.

// One seed, so that titles and outcomes are the same for all mutants; no shrinking, since nobody reads the counterexample.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 2026, endOnFailure: true })

/** Every property is tried this often, whatever it asks for: a limit of time would end it sooner on a busy machine. */
const MOST_RUNS = groupOf(process.env['MUTATION_GROUP'] ?? 'rules').propertyRuns ?? 50

/** Beyond the limit neither makes values nor looks at them. */
const fewRuns: Parameters<typeof fc.installGlobalPlugin>[0] = () => {
  let runs = 0
  let last: ReturnType<fc.IRawProperty<unknown>['generate']> | undefined
  return {
    decorateGenerate: (generate) => (random, id) => {
      if (runs < MOST_RUNS || last === undefined) last = generate(random, id)
      return last
    },
    decorateRun: (run) => (value) => (runs++ < MOST_RUNS ? run(value) : null),
  }
}

// Once in each thread, which is kept for many runs.
const INSTALLED = Symbol.for('@ssr-cache/mutation-setup')
if (!Object.hasOwn(globalThis, INSTALLED)) fc.installGlobalPlugin(fewRuns)
Object.assign(globalThis, { [INSTALLED]: true })

/** Tests of volume and of speed, which take seconds each; one that mocks a module for itself alone; one that reads the sources. */
const LEFT_OUT = [
  /a million|given back by|in portions|never evicted, however little/,
  /leaves every page where it is|touch no page when they are recorded/,
  /linear time|in proportion to the length|in one walk|2 000 pages|a walk|a cycle/,
  /forgets those that were asked for least|unique URLs without end|marks: they are kept like pages|leaves nothing behind/,
  /the same steps|who goes through all headers|failing URLs without end/,
  /whatever list it is from|whatever text comes|of a thousand header fields|of the header fields that are known best/,
  /is compared in constant time/,
  /^for many (names|extensions|spaced)|hold nothing of a text|names that strangers can make as many of/,
  /the longest unasked are forgotten|variants that are remembered|links that were marked|a flood of URLs that come once/,
  /on a real server|is let go, and nobody is given it|so many bytes are under way|keeps no cache that was closed/,
  /documents the defaults/,
  /twice as much costs no more|twice as many parameters|1 000 requests on an expired page/,
]

beforeEach(({ task, skip }) => {
  if (LEFT_OUT.some((title) => title.test(task.name))) skip()
})

// The thread is kept (kept-thread.ts): the mutant of the run before must not be active while this file's tables are made. Stryker
// turns on its own before the first test.
const stryker = (globalThis as { __stryker__?: { activeMutant?: string | undefined } }).__stryker__
if (stryker !== undefined) stryker.activeMutant = undefined
