import type { Tally } from './tally.ts'
import type { Visit } from './visit.ts'
import type { VisitorClient } from './visitor-client.ts'

export interface ReplayOptions {
  readonly client: VisitorClient
  readonly tally: Tally
  /** Visits under way at once. */
  readonly concurrency: number
}

/** Sends visits as they come, so many at a time; no further one is read before there is somebody to send it. */
export async function replay(
  visits: AsyncGenerator<Visit>,
  { client, tally, concurrency }: ReplayOptions,
): Promise<void> {
  const visitor = async () => {
    // All of them take from the same generator, each visit once.
    for await (const visit of visits) {
      await client.send(visit).then(
        (answer) => tally.answer(answer),
        (error: unknown) => tally.failure(codeOf(error)),
      )
    }
  }
  await Promise.all(Array.from({ length: concurrency }, visitor))
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.name
}
