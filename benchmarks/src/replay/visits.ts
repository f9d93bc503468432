import { CommandError } from '../command-line/command-error.ts'
import { counted } from '../command-line/figures.ts'
import type { LogReader } from './log-reader.ts'
import type { Visit } from './visit.ts'

/**
 * The visits of a log, once the first of them has been found: what is no log, or holds nothing to send, is told before anything is started.
 * @throws {@link CommandError}
 */
export async function visitsOf(reader: LogReader, name: string): Promise<AsyncGenerator<Visit>> {
  const visits = reader.visits()
  const first = await visits.next()
  if (first.done !== true) return resumed(first.value, visits)
  const skipped = Array.from(reader.skipped, ([reason, count]) => `${reason} ${count}`)
  throw new CommandError(
    `${name} holds no request for a page in its ${counted(reader.lines, 'line')} (${skipped.join(', ')}).`,
  )
}

async function* resumed(first: Visit, rest: AsyncGenerator<Visit>): AsyncGenerator<Visit> {
  yield first
  yield* rest
}

/** So many of the visits, and none after the signal. */
export async function* firstOf(
  visits: AsyncIterable<Visit>,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<Visit> {
  let given = 0
  for await (const visit of visits) {
    if (signal.aborted) return
    yield visit
    if (++given >= limit) return
  }
}
