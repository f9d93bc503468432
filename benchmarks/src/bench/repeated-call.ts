import type { BarRule } from './bar.ts'
import type { Contender, Sample } from './contest.ts'

/** One call, to be measured many times over. */
export interface MeasuredCall<T> {
  readonly name: string
  readonly bar?: BarRule
  /** Makes what a call is given, outside of the time that is measured: strings and objects as new as those of a request that has just come in. */
  readonly input: () => T
  /** The call; what it gives back is awaited. */
  readonly call: (input: T) => unknown
  /** Inputs that are made at a time: few enough to stay in the young generation, and enough to outweigh the reading of clocks. @default 500 */
  readonly batch?: number
}

const BATCH = 500

/** A contender that makes one call after another, each awaited before the next. */
export async function repeatedCall<T>(measured: MeasuredCall<T>, roundMs: number): Promise<Contender> {
  const { name, bar } = measured
  const run = loopOf(measured.call)
  const batches = await batchesFor(measured, run, roundMs)
  return { name, ...(bar === undefined ? {} : { bar }), round: () => round(measured, run, batches) }
}

type Loop<T> = (inputs: readonly T[]) => Promise<unknown>

/**
 * A loop that is compiled for this call alone. One loop for all would be optimized for none of them: what V8 learns of a call is kept with the function's
 * source, and a loop that has seen several callees inlines none.
 */
function loopOf<T>(call: MeasuredCall<T>['call']): Loop<T> {
  const source =
    'return async (inputs) => { let last; for (let i = 0; i < inputs.length; i++) last = await call(inputs[i]); return last }'
  return new Function('call', source)(call) as Loop<T> // what the source says
}

async function round<T>(
  { input, batch: size = BATCH }: MeasuredCall<T>,
  run: Loop<T>,
  batches: number,
): Promise<Sample> {
  let wallNs = 0
  let cpuUs = 0
  for (let batch = 0; batch < batches; batch++) {
    const inputs = Array.from({ length: size }, input)
    const cpu = process.cpuUsage()
    const start = process.hrtime.bigint()
    await run(inputs)
    wallNs += Number(process.hrtime.bigint() - start)
    const { user, system } = process.cpuUsage(cpu)
    cpuUs += user + system
  }
  return { operations: batches * size, wallNs, cpuNs: cpuUs * 1_000 }
}

/** How many batches take about that long, once the code is warm. */
async function batchesFor<T>(measured: MeasuredCall<T>, run: Loop<T>, roundMs: number): Promise<number> {
  let batches = 1
  for (;;) {
    const { wallNs } = await round(measured, run, batches)
    if (wallNs >= roundMs * 1e6) return batches
    batches = wallNs * 4 < roundMs * 1e6 ? batches * 2 : Math.ceil((batches * roundMs * 1e6) / wallNs) + 1
  }
}
