import type { BarRule } from './bar.ts'
import type { Contender, Sample } from './contest.ts'

/** One call, of which some are under way at any time. */
export interface ConcurrentCall<T> {
  readonly name: string
  readonly bar?: BarRule
  /** Makes what a call is given. */
  readonly input: () => T
  readonly call: (input: T) => Promise<unknown>
  /** Calls under way at once. */
  readonly inFlight: number
}

/** Calls that are many enough to be worth a look at the clock. */
const FIRST_OPERATIONS = 256

/** A contender that keeps so many calls under way: as one answers, the next one asks. */
export async function concurrentCall<T>(measured: ConcurrentCall<T>, roundMs: number): Promise<Contender> {
  const { name, bar } = measured
  const operations = await operationsFor(measured, roundMs)
  return { name, ...(bar === undefined ? {} : { bar }), round: () => round(measured, operations) }
}

async function round<T>({ input, call, inFlight }: ConcurrentCall<T>, operations: number): Promise<Sample> {
  let left = operations
  const caller = async (): Promise<void> => {
    while (left-- > 0) await call(input())
  }
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  await Promise.all(Array.from({ length: inFlight }, caller))
  const wallNs = Number(process.hrtime.bigint() - start)
  const { user, system } = process.cpuUsage(cpu)
  return { operations, wallNs, cpuNs: (user + system) * 1_000 }
}

/** How many take about that long, once the code is warm. */
async function operationsFor<T>(measured: ConcurrentCall<T>, roundMs: number): Promise<number> {
  let operations = FIRST_OPERATIONS
  for (;;) {
    const { wallNs } = await round(measured, operations)
    if (wallNs >= roundMs * 1e6) return operations
    operations = Math.ceil(operations * Math.min(4, (1.2 * roundMs * 1e6) / wallNs))
  }
}
