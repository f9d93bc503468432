import type { RouteAdmission } from '../../rules/route-admission.ts'
import { Cap, type CapOptions, NO_CAPS } from './cap.ts'

/** The caps of routes that have one of their own, inside of that of the whole cache. */
export class RouteCaps {
  readonly #whole: CapOptions
  /** By what holds on the route: one object for all of its paths. */
  readonly #caps = new Map<RouteAdmission, readonly Cap[]>()

  constructor(whole: CapOptions) {
    this.#whole = whole
  }

  of(admission: RouteAdmission): readonly Cap[] {
    if (admission.concurrency >= this.#whole.concurrency) return NO_CAPS
    const known = this.#caps.get(admission)
    if (known !== undefined) return known
    const made = [smallerCap(admission.concurrency, this.#whole)]
    this.#caps.set(admission, made)
    return made
  }
}

/** A cap inside of another, with its share of the queue: whoever waits for it alone must not fill the queue for all others. */
export function smallerCap(concurrency: number, whole: CapOptions): Cap {
  return new Cap({ concurrency, queueLimit: Math.ceil((whole.queueLimit * concurrency) / whole.concurrency) })
}
