// Of the suite, as far as it is used here: it has no types of its own.

declare module 'http-cache-tests/tests/index.mjs' {
  /** One behaviour. Without a kind it is a required one. */
  export interface SuiteTest {
    readonly id: string
    readonly name: string
    readonly kind?: 'required' | 'optimal' | 'check'
    readonly browser_only?: boolean
    readonly depends_on?: readonly string[]
  }
  export interface TestGroup {
    readonly id: string
    readonly name: string
    readonly tests: readonly SuiteTest[]
  }
  const groups: readonly TestGroup[]
  export default groups
}

declare module 'http-cache-tests/client/runner.mjs' {
  import type { TestGroup } from 'http-cache-tests/tests/index.mjs'

  /** True, or the kind of a failure and what was wrong. */
  export type SuiteResult = true | readonly [kind: string, message: string]
  /** Once in a process: the results are the module's own. */
  export function runTests(
    groups: readonly TestGroup[],
    fetch: typeof globalThis.fetch,
    isBrowser: boolean,
    base: string,
    atOnce: number,
  ): Promise<void>
  export function getResults(): Readonly<Record<string, SuiteResult>>
}
