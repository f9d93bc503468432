import { parseList } from 'structured-headers'
import { untilAborted } from './until-aborted.ts'

/** What answers a warm-up's requests: whatever is asked as a visitor would ask. */
export type Through = (request: Request) => Promise<WarmAnswer>

/** What a warm-up reads of an answer. A body that is a stream is let go, or read to its end where the page is streamed. */
export interface WarmAnswer {
  readonly status: number
  readonly headers?: Headers
  readonly fields?: Iterable<readonly [string, string]>
  readonly body?: unknown
}

/**
 * How one URL came out. `kept`: it was there already, or is refreshed now. `unshared`: answered, and kept by nobody. `failed`: no answer, an error
 * (4xx and 5xx, even one that is kept), or an old page whose render fails.
 */
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
    const visit = visited(url, o)
    return await (abandon === undefined ? visit : untilAborted(visit, abandon))
  } catch (error) {
    if (abandon?.aborted === true) return undefined
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** A page that is streamed is kept, or not, at its end alone: it is read, and asked for once more. */
async function visited(url: string, o: WarmUp): Promise<Asked> {
  const first = await answerOf(url, o)
  const before = outcomeOf(first)
  if (before.reason !== 'streamed') {
    letGo(first.body)
    return before
  }
  await readToEnd(first.body)
  const second = await answerOf(url, o)
  letGo(second.body)
  const after = outcomeOf(second)
  return after.outcome === 'kept' ? { outcome: 'rendered' } : after
}

function answerOf(url: string, { through, headers, signal }: WarmUp): Promise<WarmAnswer> {
  return through(new Request(url, { headers: { accept: 'text/html', ...headers }, signal: signal ?? null }))
}

function letGo(body: unknown): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => {})
}

async function readToEnd(body: unknown): Promise<void> {
  if (body instanceof ReadableStream) await body.pipeTo(new WritableStream())
}

/** What the list names should be pages: an error is none, even where it is kept. */
function outcomeOf(answer: WarmAnswer): Asked {
  const status = cacheStatus(answer)
  const isHit = status.get('hit') === true
  if (answer.status >= 400) return { outcome: 'failed', reason: `${answer.status} (${isHit ? 'kept' : whyOf(status)})` }
  // An old page, whose render has failed a moment ago.
  if (isHit && String(status.get('detail')) === 'resting') return { outcome: 'failed', reason: 'resting' }
  if (isHit) return { outcome: 'kept' }
  return status.get('stored') === true ? { outcome: 'rendered' } : { outcome: 'unshared', reason: whyOf(status) }
}

function whyOf(status: ReadonlyMap<string, unknown>): string {
  if (status.get('stored') === true) return 'kept'
  return String(status.get('detail') ?? status.get('fwd') ?? 'no Cache-Status of this cache')
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
