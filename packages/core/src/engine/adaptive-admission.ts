import type { Clock, Timer } from '../clock.ts'
import { type AdaptiveBounds, type AdaptiveLimit, initialLimit, nextLimit } from '../rules/adaptive-limit.ts'
import type { Gate } from './admission/gate.ts'
import type { LoopDelayMeter } from './loop-delay.ts'

/** What an adaptive limit is made of. */
export interface AdaptiveParts {
  readonly gate: Gate
  readonly clock: Clock
  readonly meter: LoopDelayMeter
  readonly bounds: AdaptiveBounds
}

// Long enough for some renders to end, short enough for the next second to be better.
const LOOK_MS = 500
// How fast the best time of a render is forgotten, per look at a crowd: by half in a minute, so that a back end that has become slower for good becomes the measure.
const FORGETTING = 1.006
// What takes no time by the clock takes some all the same.
const LEAST_RENDER_MS = 1

/** Looks twice a second at the event loop and at how long renders take, and sets the gate's limit by it. */
export class AdaptiveAdmission {
  readonly #o: AdaptiveParts
  #now: AdaptiveLimit
  #timer: Timer
  #lookedAt: number
  #bestRenderMs = Number.POSITIVE_INFINITY
  #renderMs = 0
  /** The same, each render weighed by its own time. */
  #weighedMs = 0

  constructor(parts: AdaptiveParts) {
    const { clock, gate, bounds } = parts
    this.#o = parts
    this.#now = initialLimit(bounds)
    this.#lookedAt = clock.now()
    this.#timer = this.#schedule()
    gate.entered = () => this.#entered()
  }

  /** The limit stays where it is. */
  stop(): void {
    this.#o.clock.cancel(this.#timer)
    this.#o.meter.stop()
  }

  #entered(): (hasFailed: boolean) => void {
    const { clock } = this.#o
    const at = clock.now()
    return (hasFailed) => {
      const passedMs = clock.now() - at
      // Where the wall clock was set back, nobody knows; and how soon one fails says nothing of how long one takes.
      if (passedMs < 0 || hasFailed) return
      const ms = Math.max(LEAST_RENDER_MS, passedMs)
      this.#renderMs += ms
      this.#weighedMs += ms * ms
    }
  }

  #schedule(): Timer {
    return this.#o.clock.schedule(LOOK_MS, () => {
      this.#look()
      this.#timer = this.#schedule()
    })
  }

  #look(): void {
    const { gate, meter, bounds } = this.#o
    const isQueued = gate.queued > 0
    const throughput = this.#throughput(isQueued)
    const load = { loopDelayMs: meter.read(), throughput, bestRenderMs: this.#bestRenderMs, isQueued }
    this.#now = nextLimit(this.#now, load, bounds)
    gate.limit = this.#now.limit
  }

  /**
   * Renders that ended since the last look, per millisecond of the clock; whatever becomes of that meanwhile. Each is weighed by the time that it held its place: many that
   * are answered at once neither count as many nor make the typical one light.
   */
  #throughput(isQueued: boolean): number | undefined {
    const now = this.#o.clock.now()
    const passedMs = Math.max(LOOK_MS, now - this.#lookedAt)
    const renderMs = this.#renderMs
    const typicalMs = this.#weighedMs / renderMs
    this.#lookedAt = now
    this.#renderMs = 0
    this.#weighedMs = 0
    if (renderMs === 0) return undefined
    // What renders while nobody waits may be a redirect, and is no measure for the crowd that comes later.
    if (isQueued) this.#bestRenderMs = Math.min(this.#bestRenderMs * FORGETTING, typicalMs)
    return renderMs / typicalMs / passedMs
  }
}
