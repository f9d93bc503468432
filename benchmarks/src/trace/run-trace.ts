import { type StoreFigures, StoreRun } from './store-run.ts'

/** Runs a trace, read once, through one store for each bound. */
export async function runTrace(
  trace: AsyncIterable<Iterable<number>>,
  entries: readonly number[],
): Promise<readonly StoreFigures[]> {
  const runs = entries.map((bound) => new StoreRun(bound))
  try {
    for await (const ids of trace) {
      for (const id of ids) for (const run of runs) run.ask(id)
    }
    return runs.map((run) => run.figures)
  } finally {
    for (const run of runs) run.close()
  }
}
