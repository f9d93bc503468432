import type { Now } from '../store/store.ts'
import { isLater } from './later.ts'
import type { Plan } from './plan.ts'
import type { RequestLike } from './visitor.ts'

/** Something that a visitor waits in. */
export interface Leavable {
  leave(): void
}

/** A visitor's stay: what they wait in is left when they hang up, and so is whatever they would wait in after that. */
export class Stay {
  #wait: Leavable | 'over' | undefined

  /** They wait in this from now on. */
  waitIn(wait: Leavable): void {
    if (this.#wait === 'over') wait.leave()
    else this.#wait = wait
  }

  /** They have hung up. */
  left(): void {
    const wait = this.#wait
    this.#wait = 'over'
    if (wait !== 'over') wait?.leave()
  }
}

/** What a plan has promised to a visitor; it is told when `listen` hears that they have hung up. What that gives back ends the listening, when the promise is kept. */
export async function untilThere<T>(
  value: Promise<T>,
  plan: Pick<Waited, 'left'>,
  listen: (left: () => void) => () => void,
): Promise<T> {
  const stop = listen(() => plan.left?.())
  try {
    return await value
  } finally {
    stop()
  }
}

/** What is there at once, or the same of a visitor who hangs up by the signal of a Request. */
export function whileThere<T>(value: Now<T>, plan: Pick<Waited, 'left'>, request: RequestLike): Now<T> {
  if (!isLater(value)) return value
  const { signal } = request as { readonly signal?: unknown } // of a Request, from wherever that is
  return signal instanceof AbortSignal ? untilThere(value, plan, (left) => onAbort(signal, left)) : value
}

function onAbort(signal: AbortSignal, left: () => void): () => void {
  signal.addEventListener('abort', left)
  if (signal.aborted) left()
  return () => signal.removeEventListener('abort', left)
}

/** A plan whose visitor may have to wait. */
type Waited = Extract<Plan, { kind: 'shared' | 'bypass' }>
