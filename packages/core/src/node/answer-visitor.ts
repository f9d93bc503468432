import type { IncomingMessage, ServerResponse } from 'node:http'
import { handOn, isInHand, takeInHand } from '../engine/in-hand.ts'
import { isLater } from '../engine/later.ts'
import type { Answer, Plan, RenderFunction } from '../engine/plan.ts'
import { untilThere } from '../engine/stay.ts'
import { SsrCacheError, shown } from '../errors.ts'
import { THROWN } from '../rules/cache-status.ts'
import type { Now } from '../store/store.ts'
import { guardBelow, guardBypass } from './head-guard.ts'
import { writeInterim } from './interim.ts'
import { type PageAnswer, sendAnswer } from './send-answer.ts'
import { isHandedOver, onWorkEnd } from './work-end.ts'

/** Hands a visitor on to the code below: without an argument where there was no page, with what was thrown where something was. */
export type Next = (error?: unknown) => void

/** One visitor, and what a framework can do for them. */
export interface Visitor {
  /** The cache that plans: of a request that it has in hand already, further out, the app answers. @default undefined (not looked at) */
  readonly cache?: object
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Renders for everyone. */
  readonly render: RenderFunction
  /** Lets the app answer this visitor itself; `next` where it does not. */
  readonly handle: (next: Next) => unknown
  readonly next: Next
  /** Called before an answer of the cache's own is written, by frameworks that have not yet put on the response what hooks have set. */
  readonly beforeAnswer?: () => void
}

/** Plans and answers; a plan that throws goes the way of a render that throws. */
export function answerBy(plan: () => Plan, visitor: Visitor): void {
  let planned: Plan
  try {
    planned = plan()
  } catch (error) {
    below(visitor, THROWN)(asFailure(error))
    return
  }
  answerVisitor(planned, visitor)
}

/** Carries out a plan: the answer is written, the app runs on the visitor's own request and response, or the code below goes on. */
export function answerVisitor(plan: Plan, visitor: Visitor): void {
  if (plan.kind !== 'refused' && isInHand(visitor.request, visitor.cache)) {
    runHandler(visitor.handle, visitor.next)
    return
  }
  switch (plan.kind) {
    case 'refused':
      send(plan.answer, visitor)
      break
    case 'bypass': {
      const next = below(visitor, undefined)
      whenThere(plan.admit(), { ...visitor, plan, next }, (admitted) => {
        if (admitted.kind === 'answer') send(admitted, visitor)
        else bypass(plan, { ...visitor, next }, admitted.release)
      })
      break
    }
    case 'shared': {
      const answer = plan.answer(plan.asCame === true ? asTheyCame(visitor) : visitor.render)
      // A hit is there, and needs no way on.
      if (isLater(answer))
        whenThere(answer, { ...visitor, plan, next: below(visitor, THROWN) }, (given) => share(given, visitor))
      else share(answer, visitor)
    }
  }
}

function share(answer: Answer, visitor: Visitor): void {
  if (answer.kind === 'declined') below(visitor, THROWN)()
  else send(answer, visitor)
}

/** The render of a visitor who is told of interim answers. */
function asTheyCame({ render, response }: Visitor): RenderFunction {
  const interim = (bytes: Uint8Array): void => writeInterim(response, bytes)
  return (input) => render({ ...input, interim })
}

function send(answer: PageAnswer, { request, response, beforeAnswer }: Visitor): void {
  beforeAnswer?.()
  sendAnswer(answer, request, response)
}

/** The way on to the code below, whose answer is guarded too; where the app failed, it says so. */
function below({ response, next }: Pick<Visitor, 'response' | 'next'>, thrown: string | undefined): Next {
  return (error) => {
    try {
      guardBelow(response, isNoError(error) ? undefined : thrown)
    } catch {
      // A head that cannot be guarded has been told as an error, and is why somebody goes this way.
    }
    next(error)
  }
}

function bypass(
  plan: Extract<Plan, { kind: 'bypass' }>,
  { cache, request, response, handle, next }: Visitor,
  release: () => void,
): void {
  // Whoever left while waiting for a place needs no answer, and whoever was given one meanwhile no other.
  if (hasLeft({ request, response }) || response.headersSent) {
    release()
    return
  }
  if (cache !== undefined) takeInHand(request, cache)
  onWorkEnd(response, release)
  // Nobody else hears of a write after the end: without a listener it would end the process.
  response.on('error', plan.failed)
  const guard = guardBypass(response, plan)
  runHandler(handle, (error) => {
    if (cache !== undefined) handOn(request, cache)
    if (!isNoError(error)) {
      next(error)
      return
    }
    guard.lift()
    release()
    // A router's signals leave the app that was given, and nothing further out: in a shared render they can do no more.
    next()
  })
  if (isHandedOver(request)) release()
}

/** Calls the app. What it throws or rejects with goes to `next`, as it does in frameworks that know promises. */
export function runHandler(handle: (next: Next) => unknown, next: Next): void {
  try {
    const result = handle(next)
    if (isLater(result)) result.then(undefined, (error: unknown) => next(asFailure(error)))
  } catch (error) {
    next(asFailure(error))
  }
}

/** What routers take for "go on": nothing, or one of their two signals. */
export function isNoError(error: unknown): boolean {
  return !error || error === 'route' || error === 'router'
}

/** Something thrown that `next` would take for "go on" becomes an error. */
function asFailure(error: unknown): unknown {
  if (!isNoError(error)) return error
  const message = `a render must throw an Error, and this one threw ${shown(error)}. Throw new Error('…').`
  return new SsrCacheError('ERR_SSR_CACHE_RENDER', message, { cause: error })
}

/** Who waits for what a plan has promised. */
interface Waiting extends Connected, Pick<Visitor, 'next'> {
  readonly plan: Exclude<Plan, { kind: 'refused' }>
}

/** At once where a value is there, later where it is promised; what goes wrong on the way goes to `next`. */
function whenThere<T>(value: Now<T>, visitor: Waiting, use: (value: T) => void): void {
  if (!isLater(value)) {
    use(value)
    return
  }
  untilThere(value, visitor.plan, (left) => onHangUp(visitor, left))
    .then(use)
    .catch((error: unknown) => visitor.next(asFailure(error)))
}

/** Calls `left` when the connection is closed, until what is returned is called: with keep-alive, nothing is left behind. */
function onHangUp(visitor: Connected, left: () => void): () => void {
  const { request, response } = visitor
  const closed = (): void => {
    if (hasLeft(visitor)) left()
  }
  response.once('close', closed)
  // Of a response that is behind another on its connection, Node before 24 says nothing. A request is closed, too, when it has been read to its end.
  request.once('close', closed)
  closed()
  return () => {
    response.off('close', closed)
    request.off('close', closed)
  }
}

type Connected = Pick<Visitor, 'request' | 'response'>

function hasLeft({ request, response }: Connected): boolean {
  return response.destroyed || request.socket.destroyed
}
