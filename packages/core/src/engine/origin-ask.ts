import type { OriginRequest } from '../origin/exchange.ts'
import type { RequestDirectives } from '../origin/request-directives.ts'
import type { OriginSettings } from '../origin/settings.ts'
import type { AloneReason } from '../origin/way.ts'
import type { Ask } from './departure.ts'
import type { Kept } from './kept.ts'
import type { Keyed } from './keyed.ts'
import type { Render } from './render-run.ts'

/** What else there is to a visitor's wish where the app's own fields decide. */
export interface OriginAsk<Key extends Keyed = Keyed> {
  /** What the app is asked for everybody: a GET, of which the fate of its answer depends. */
  readonly request: OriginRequest
  /** By which the route's answers are judged. */
  readonly settings: OriginSettings
  /** The key of this visitor's page, where these request fields tell the responses of the URL apart. */
  readonly selects: (names: readonly string[]) => Key
  /** How this visitor goes to the app alone; `undefined`: never, but beside others where the key is marked. */
  readonly solo?: Solo | undefined
  /** What the visitor asks of caches, where that is heeded. */
  readonly directives?: RequestDirectives | undefined
  /** Whether the visitor has forbidden to store the answer (RFC 9111 5.2.1.5). @default false */
  readonly storesNothing?: boolean
}

/** A request that goes forward as it came, where nothing is kept that could be served: its answer is its visitor's, and speaks for nobody else. */
export interface Solo {
  readonly reason: AloneReason | 'no-store'
  readonly request: OriginRequest
  readonly render: Render
}

/**
 * How a visitor asks the app alone, with what is kept at that instant; `undefined` where they share. Conditions and ranges are the visitor's own only until there is
 * something to be validated: then everybody waits for that, and what comes of it answers them, too.
 */
export function soloOf(origin: OriginAsk | undefined, { view, past }: Kept): Solo | undefined {
  const solo = origin?.solo
  const isOwn = solo?.reason === 'conditional' || solo?.reason === 'range'
  return isOwn && (view ?? past) !== undefined ? undefined : solo
}

/** Whether what this visitor starts speaks for all: whatever else they sent, conditions and ranges can be left out, but credentials cannot. */
export function asksForEverybody(origin: OriginAsk | undefined): boolean {
  return origin?.solo?.reason !== 'authorization'
}

/** A visitor's wish as a request of their own. HEAD is told of nothing that is kept: it says what there is now. */
export function soloAsk({ slot, render, origin }: Ask): Ask {
  if (origin?.solo === undefined) return { slot, render, origin }
  const { request, reason, render: own } = origin.solo
  const asked = { ...origin, request, storesNothing: reason === 'no-store' }
  return { slot, render: own, anew: reason === 'head', isSolo: true, origin: asked }
}
