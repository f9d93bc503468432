import type { Clock, Timer } from '../clock.ts'
import type { Lane } from './admission/lane.ts'
import type { Events } from './events.ts'
import type { Logger } from './logger.ts'

// So long must it stay away to be over for the log: a short queue is full and half empty many times in a bad minute.
const CALM_MS = 5_000

/** One line when a lane is overloaded and one when it is no more. */
export function announceOverload(logger: Logger, events: Events, clock: Clock): void {
  const calming = new Map<Lane, Timer>()
  const told = new Set<Lane>()
  const begun = (lane: Lane): void => {
    const timer = calming.get(lane)
    if (timer !== undefined) clock.cancel(timer)
    calming.delete(lane)
    if (told.has(lane)) return
    told.add(lane)
    logger.warn({ lane }, 'overload: the queue of renders is full, and who comes is turned away until it is half empty')
  }
  const over = (lane: Lane): void => {
    const end = (): void => {
      calming.delete(lane)
      told.delete(lane)
      logger.info({ lane }, 'overload is over: the queue of renders has room again')
    }
    calming.set(lane, clock.schedule(CALM_MS, end))
  }
  events.on('overload', ({ lane, state }) => (state === 'begun' ? begun(lane) : over(lane)))
}
