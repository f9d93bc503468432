import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../clock.ts'
import { createPageContext, type PageNotes, runWithPageContext } from '../context/page-context.ts'
import type { PreviousPage } from '../context/previous-page.ts'
import { SsrCacheError, shown } from '../errors.ts'
import { type Field, fieldValue } from '../fields.ts'
import type { KeyCoverage } from '../key-coverage/key-coverage.ts'
import type { WholeResponse } from '../rules/storable.ts'
import type { Now } from '../store/store.ts'
import { collect, discard } from './collect.ts'
import type { UnkeptResponse } from './flight.ts'
import { handingOver, takesWork } from './hand-over.ts'
import type { Keyed } from './keyed.ts'
import type { Rendered } from './plan.ts'
import type { RunningBody } from './running-body.ts'
import { isAbout } from './vouched-page.ts'

/** What one run of a render gave. */
export type Attempt =
  /** A 304 only from a render that was told of a page. */
  | {
      readonly kind: 'whole'
      readonly response: WholeResponse
      readonly notes: PageNotes
      /** When its head was there. */
      readonly receivedAt: number
    }
  /** It is not gathered: too large, or its leader's alone by its head. `running` is what `response.body` reads, or others do. */
  | { readonly kind: 'passing'; readonly response: UnkeptResponse; readonly running: RunningBody }
  | { readonly kind: 'declined' }
  /** `lasting`: its work, where that was told to stop and may not have done so yet. */
  | { readonly kind: 'thrown' | 'deadline'; readonly error: unknown; readonly lasting?: Promise<unknown> }

/** The work of a run, whatever it was asked for. */
export type Render = (signal: AbortSignal, previous?: PreviousPage) => Now<Rendered>

/** A page that is still rendered, when its first bytes are there. */
export interface OpenPage {
  readonly status: number
  readonly fields: readonly Field[]
  /** When its head was there. */
  readonly receivedAt: number
  readonly body: RunningBody
  /** What it has said of itself so far. */
  readonly notes: PageNotes
  /** From now on it may say nothing more of itself. */
  readonly freeze: () => void
}

/** One run. */
export interface RunOptions {
  readonly slot: Keyed
  readonly render: Render
  /** Largest body that is read before it is handed on, if that is less than maxPageBytes. @default Infinity */
  readonly maxBytes?: number | undefined
  /** The kept page that it may vouch for. @default none */
  readonly previous?: PreviousPage | undefined
  /** Told of a page whose first bytes are there and whose end is not. @default none */
  readonly onOpen?: ((page: OpenPage) => void) | undefined
}

/** Limits of all runs. */
export interface RunLimits {
  readonly clock: Clock
  readonly maxPageBytes: number
  /** In development: notices what renders read of their variant. */
  readonly coverage?: KeyCoverage | undefined
}

/** How what a render gave is read. */
interface Reading extends Pick<OpenPage, 'notes' | 'freeze'>, Pick<RunOptions, 'onOpen'> {
  readonly signal: AbortSignal
  readonly maxBytes: number
}

const NO_BYTES = new Uint8Array()

/** Runs renders in the async context that was current when it was made, never in a visitor's. */
export class RenderRunner {
  readonly #limits: RunLimits
  readonly #outside = AsyncLocalStorage.snapshot()
  readonly #running = new Set<AbortController>()
  /** After the end nothing runs any more. */
  #over: Attempt | undefined

  constructor(limits: RunLimits) {
    this.#limits = limits
  }

  /** One render, to the last byte of its body or to the deadline; whatever comes later is dropped. Never rejects. */
  run({ slot, render, maxBytes = Number.POSITIVE_INFINITY, previous, onOpen }: RunOptions): Promise<Attempt> {
    if (this.#over !== undefined) return Promise.resolve(this.#over)
    const most = Math.min(maxBytes, this.#limits.maxPageBytes)
    const controller = new AbortController()
    this.#running.add(controller)
    const { context, notes, freeze, end } = createPageContext(this.#variant(slot), slot.id, previous)
    const { signal } = controller
    // To the last byte: a body is rendered as it is read, and must not be read in a visitor's context.
    const read = (): Promise<Attempt> =>
      runWithPageContext(context, () =>
        this.#read(attempt({ slot, render, previous }, signal), { notes, freeze, signal, onOpen, maxBytes: most }),
      )
    // What a render sets going is handed to the same runtime.
    const takes = takesWork()
    const work = this.#outside(takes === undefined ? read : () => handingOver(takes, read))
    const attempted = this.#limited(work, controller, slot.route.admission.deadlineMs)
    void attempted.then(async (ended) => {
      if (ended.kind === 'passing') await ended.running.ended
      this.#running.delete(controller)
      end()
    })
    return attempted
  }

  #variant(slot: Keyed): Readonly<Record<string, string>> {
    return this.#limits.coverage?.variant(slot) ?? Object.freeze(Object.fromEntries(slot.parts))
  }

  /** Aborts every render that is still running, with the reason, and lets none begin. */
  abortAll(reason: unknown): void {
    this.#over = { kind: 'thrown', error: reason }
    for (const controller of this.#running) controller.abort(reason)
  }

  async #read(rendered: Promise<Rendered>, { notes, freeze, signal, onOpen, maxBytes }: Reading): Promise<Attempt> {
    const result = await rendered
    if (result.kind === 'declined') return result
    const receivedAt = this.#limits.clock.now()
    const { status, fields } = result
    const collected = await collect(result.body, {
      // What says of itself that it is too large is not read in vain.
      maxBytes: Number(fieldValue(fields, 'content-length') ?? 0) > maxBytes ? 0 : maxBytes,
      signal,
      onOpen: onOpen && ((body) => onOpen({ status, fields, receivedAt, body, notes, freeze })),
    })
    if (collected.kind === 'whole')
      return { kind: 'whole', response: { status, fields, body: collected.body }, notes, receivedAt }
    const running = collected.body
    // Whoever reads it already reads on.
    const body = running.isOpen ? NO_BYTES : running.reader()
    if (status !== 304) return { kind: 'passing', response: { status, fields, body }, running }
    // A 304 has no body (RFC 9110 15.4.5): what was written is left out.
    discard(body)
    return { kind: 'whole', response: { status, fields, body: NO_BYTES }, notes, receivedAt }
  }

  async #limited(work: Promise<Attempt>, controller: AbortController, deadlineMs: number): Promise<Attempt> {
    const { clock } = this.#limits
    let give: (attempt: Attempt) => void = () => {}
    const aborted = new Promise<Attempt>((resolve) => {
      give = resolve
    })
    controller.signal.addEventListener('abort', () =>
      give({ kind: 'thrown', error: controller.signal.reason, lasting: work }),
    )
    const timer = clock.schedule(deadlineMs, () => {
      const error = deadlineError(deadlineMs)
      give({ kind: 'deadline', error, lasting: work })
      controller.abort(error)
    })
    try {
      return await Promise.race([work.catch((error: unknown): Attempt => ({ kind: 'thrown', error })), aborted])
    } finally {
      clock.cancel(timer)
    }
  }
}

/** Turns a synchronous throw and a plain value into a promise: every way to answer is one way. */
async function attempt({ slot, render, previous }: RunOptions, signal: AbortSignal): Promise<Rendered> {
  const rendered = checked(await render(signal, previous), slot.route.origin === undefined ? 599 : HIGHEST_STATUS)
  // Where the app's own fields decide, what a 304 is about is asked when it lands: it may be the visitor's own.
  const isAnswerToUs = rendered.kind === 'response' && rendered.status === 304 && slot.route.origin === undefined
  if (isAnswerToUs) checkVouching(rendered.fields, previous)
  return rendered
}

function deadlineError(deadlineMs: number): SsrCacheError {
  return new SsrCacheError(
    'ERR_SSR_CACHE_DEADLINE',
    `a render must end within admission.deadlineMs (${deadlineMs} ms), and this one did not. Raise it, or find out what the render waits for.`,
  )
}

/** HTTP has none above 599 (RFC 9110 15), but apps have, and where they decide it goes out as it came. */
const HIGHEST_STATUS = 999

/** A render is the app's code: what it gives is looked at before it is used. */
function checked(rendered: Rendered, highest: number): Rendered {
  if (rendered?.kind === 'declined') return rendered
  if (
    rendered?.kind === 'response' &&
    isStatus(rendered.status, highest) &&
    Array.isArray(rendered.fields) &&
    isBody(rendered.body)
  ) {
    return rendered
  }
  throw new SsrCacheError(
    'ERR_SSR_CACHE_RENDER',
    `a render must give a response with a status from 200 to ${highest}, fields and a body, got ${shown(rendered)}. Return a Response or { status, headers, body }.`,
  )
}

function checkVouching(fields: readonly Field[], previous: PreviousPage | undefined): void {
  if (previous !== undefined && isAbout(previous, fields)) return
  const got = previous === undefined ? 'there was none' : `it had another ETag (${shown(previous.etag)})`
  throw new SsrCacheError(
    'ERR_SSR_CACHE_RENDER',
    `a render may answer 304 only for the previous page that it was told of, and ${got}. Compare with previous, and render the page where they differ.`,
  )
}

function isStatus(status: unknown, highest: number): boolean {
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= highest
}

function isBody(body: unknown): boolean {
  return (
    body instanceof Uint8Array ||
    typeof (body as { [Symbol.asyncIterator]?: unknown } | null)?.[Symbol.asyncIterator] === 'function'
  )
}
