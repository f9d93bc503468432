import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { Now, Store } from '../store/store.ts'
import { leaseCases } from './contract-lease.ts'
import { logCases } from './contract-log.ts'
import { pageCases } from './contract-pages.ts'
import type { Case, Subject } from './contract-subject.ts'

/** One thing that every store must do. */
export interface ContractCase {
  readonly name: string
  /** Makes a store, tries it, closes it. Rejects with an AssertionError; `skipped` where the store has no such capability. */
  readonly run: () => Promise<'passed' | 'skipped'>
}

/** Options of {@link storeContract}. */
export interface StoreContractOptions {
  /** The time that the store goes by. @default the system's clock */
  readonly clock?: Clock
  /** Lets time pass for the store. @default waits */
  readonly advance?: (ms: number) => Now<void>
}

/**
 * What every store owes: that bytes come back as they were written, that preconditions hold, and, where its capabilities say so, what leases and the
 * invalidation log promise. `makeStore` is called once per case; the stores may share their content.
 * @example
 * ```ts
 * for (const { name, run } of storeContract(() => new MyStore())) {
 *   test(name, async ({ skip }) => skip((await run()) === 'skipped'))
 * }
 * ```
 */
export function storeContract(
  makeStore: () => Now<Store>,
  options: StoreContractOptions = {},
): readonly ContractCase[] {
  const { clock = systemClock, advance = (ms) => sleep(ms) } = options
  const named = (group: string, cases: readonly Case[]) =>
    cases.map((each) => ({ name: `${group}: ${each.name}`, run: () => tried(each, makeStore, { clock, advance }) }))
  return [...named('pages', pageCases), ...named('log', logCases), ...named('lease', leaseCases)]
}

async function tried(
  { needs = [], run }: Case,
  makeStore: () => Now<Store>,
  time: Pick<Subject, 'clock' | 'advance'>,
): Promise<'passed' | 'skipped'> {
  const store = await makeStore()
  try {
    if (!needs.every((capability) => store.capabilities[capability])) return 'skipped'
    await run({ store, ...time })
    return 'passed'
  } finally {
    await store.close?.()
  }
}
