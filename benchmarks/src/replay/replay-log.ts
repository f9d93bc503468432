import { CommandError } from '../command-line/command-error.ts'
import type { Tally } from './tally.ts'
import type { TargetApp } from './target-app.ts'
import type { Visit } from './visit.ts'
import { VisitorClient } from './visitor-client.ts'

export interface ReplayOptions {
  readonly app: TargetApp
  readonly tally: Tally
  /** Visits under way at once. */
  readonly concurrency: number
}

/**
 * Sends visits as they come, so many at a time; no further one is read before there is somebody to send it. A request without an answer is counted.
 * @throws {@link CommandError} where the app goes away.
 */
export async function replay(visits: AsyncGenerator<Visit>, options: ReplayOptions): Promise<void> {
  const { app, concurrency } = options
  const client = new VisitorClient({ origin: app.origin, connections: concurrency, mapping: app.mapping })
  // All of them take from the same generator, each visit once.
  const visitors = Array.from({ length: concurrency }, () => sendAll(visits, client, options.tally))
  const lost = app.lost.then((reason) => {
    throw new CommandError(`the ${app.name} is gone in the middle of the log. ${reason}`)
  })
  try {
    await Promise.race([Promise.all(visitors), lost])
  } finally {
    await client.destroy()
  }
}

async function sendAll(visits: AsyncGenerator<Visit>, client: VisitorClient, tally: Tally): Promise<void> {
  for await (const visit of visits) {
    await client.send(visit).then(
      (answer) => tally.answer(answer),
      (error: unknown) => tally.failure(codeOf(error)),
    )
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.name
}
