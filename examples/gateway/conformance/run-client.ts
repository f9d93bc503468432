// The suite's client in a process of its own, which it wants once per run: `run-client.ts BASE ID…` prints the results as JSON. Without ids: all tests.
import { getResults, runTests } from 'http-cache-tests/client/runner.mjs'
import groups from 'http-cache-tests/tests/index.mjs'

/** Of tests that run side by side; each waits by itself most of the time. */
const AT_ONCE = 1_000

const [base = '', ...ids] = process.argv.slice(2)
const chosen = groups.map((group) => ({
  ...group,
  tests: group.tests.filter(({ id }) => ids.length === 0 || ids.includes(id)),
}))
await runTests(chosen, fetch, false, base, AT_ONCE)
console.log(JSON.stringify(getResults()))
