import { parseList } from 'structured-headers'
import { untilAborted } from './until-aborted.ts'

/** What answers a warm-up's requests: whatever is asked as a visitor would ask. */
export type Through = (request: Request) => Promise<WarmAnswer>

/** What a warm-up reads of an answer. A body that is a stream is let go. */
export interface WarmAnswer {
  readonly status: number
  readonly headers?: Headers
  readonly fields?: Iterable<readonly [string, string]>
  readonly body?: unknown
}

/** How one URL came out. `kept`: it was there already, or is refreshed now. `unshared`: answered, and kept by nobody. */
export type WarmOutcome = 'rendered' | 'kept' | 'unshared' | 'failed'

/** How far a warm-up is, in URLs. */
export type WarmProgress = Readonly<Record<WarmOutcome, number>> & {
  readonly total: number
  /** Asked and answered. */
  readonly done: number
}

/** How a warm-up ended. */
export interface WarmReport extends WarmProgress {
  /** It was called off: what `done` lacks was not asked for, or not waited for. */
  readonly isCancelled: boolean
  /** Of the failed and the unshared, the first 100, and why. */
  readonly problems: readonly { readonly url: string; readonly outcome: WarmOutcome; readonly reason: string }[]
}

/** What a warm-up does with a list that was looked at. */
export interface WarmUp {
  readonly through: Through
  readonly concurrency: number
  readonly headers: Readonly<Record<string, string>>
  /** Aborted, nothing else is asked for. */
  readonly signal: AbortSignal | undefined
  /** Aborted, what is under way is not waited for either. Without it, each page that was asked for is done in the end. */
  readonly abandon?: AbortSignal
  /** Must not throw. */
  readonly onProgress: ((progress: WarmProgress) => void) | undefined
}

const MOST_PROBLEMS = 100

/** Asks for each URL once, a few at a time. Never rejects: what fails is in the report, and what is abandoned is not done. */
export async function warmUp(urls: readonly string[], o: WarmUp): Promise<WarmReport> {
  const counts = { rendered: 0, kept: 0, unshared: 0, failed: 0 }
  const problems: WarmReport['problems'][number][] = []
  let done = 0
  const progress = (): WarmProgress => ({ total: urls.length, done, ...counts })
  const rest = urls.values()
  const inTurn = async (): Promise<void> => {
    for (const url of rest) {
      if (o.signal?.aborted === true) return
      const answered = await asked(url, o)
      if (answered === undefined) return
      const { outcome, reason } = answered
      counts[outcome]++
      done++
      if (reason !== undefined && problems.length < MOST_PROBLEMS) problems.push({ url, outcome, reason })
      o.onProgress?.(progress())
    }
  }
  await Promise.all(Array.from({ length: o.concurrency }, inTurn))
  return { ...progress(), isCancelled: o.signal?.aborted === true || done < urls.length, problems }
}

interface Asked {
  readonly outcome: WarmOutcome
  readonly reason?: string
}

/** `undefined` where it was abandoned. */
async function asked(url: string, o: WarmUp): Promise<Asked | undefined> {
  const { abandon } = o
  try {
    const answer = answerOf(url, o)
    return outcomeOf(await (abandon === undefined ? answer : untilAborted(answer, abandon)))
  } catch (error) {
    if (abandon?.aborted === true) return undefined
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function answerOf(url: string, { through, headers, signal }: WarmUp): Promise<WarmAnswer> {
  const request = new Request(url, { headers: { accept: 'text/html', ...headers }, signal: signal ?? null })
  const answer = await through(request)
  letGo(answer.body)
  return answer
}

function letGo(body: unknown): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => {})
}

function outcomeOf(answer: WarmAnswer): Asked {
  const status = cacheStatus(answer)
  if (status.get('hit') === true) return { outcome: 'kept' }
  if (status.get('stored') === true) return { outcome: 'rendered' }
  const why = status.get('detail') ?? status.get('fwd')
  const reason = why === undefined ? 'no Cache-Status of this cache' : String(why)
  return answer.status >= 400
    ? { outcome: 'failed', reason: `${answer.status} (${reason})` }
    : { outcome: 'unshared', reason }
}

/** The parameters of this cache's own member (RFC 9211 2): the one nearest to the app comes first. */
function cacheStatus({ headers, fields }: WarmAnswer): ReadonlyMap<string, unknown> {
  const text = headers?.get('cache-status') ?? [...(fields ?? [])].find(([name]) => name === 'cache-status')?.[1]
  try {
    for (const [name, parameters] of parseList(text ?? '')) if (String(name) === 'ssr-cache') return parameters
  } catch {
    // Whoever wrote it, it is not ours.
  }
  return new Map()
}
