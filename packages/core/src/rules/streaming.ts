import type { Verdict } from './storable.ts'

/**
 * To whom a page goes out while it is rendered. `first`: to the visitor whose visit began the render. `shared`: to everyone who waits for it. `whole`: to
 * nobody, so that a render that fails late still has a status of its own.
 */
export type Stream = 'first' | 'shared' | 'whole'

/** What is known when a render begins. */
export interface Departing {
  readonly stream: Stream
  /** Who waits for it: a visitor for the page, one for its head alone (HEAD), or nobody (a refresh, a warm-up). */
  readonly leader: 'page' | 'head' | 'nobody'
  /** An old page may stand in, if the render fails. */
  readonly hasOldPage: boolean
}

/** Whether the page of a render may go out before it is whole: only where somebody waits for its bytes, and nothing could be served in their place. */
export function mayStream({ stream, leader, hasOldPage }: Departing): boolean {
  return stream !== 'whole' && leader === 'page' && !hasOldPage
}

/** What is known of a page that may go out, when its first bytes are there. */
export interface Opening {
  readonly stream: Exclude<Stream, 'whole'>
  /** What its head and first bytes are worth. */
  readonly verdict: Verdict['kind']
  /** Whoever began the render still waits. */
  readonly isAwaited: boolean
  /** Others may follow it, and no record of the invalidation log has named it since it was begun. */
  readonly isJoinable: boolean
}

/**
 * What is done with a page when its first bytes are there. `gather`: it is read to its end before anybody is answered. `hand-on`: it is its leader's alone, and is
 * read as fast as the leader reads. `lead`: its leader reads it while it is gathered; `share`: so does everyone who waits.
 */
export type Streaming = 'gather' | 'hand-on' | 'lead' | 'share'

/** A failure is told by its status, to everyone; a page that nobody may share need not be gathered. */
export function streaming({ stream, verdict, isAwaited, isJoinable }: Opening): Streaming {
  if (verdict === 'failure') return 'gather'
  if (verdict === 'unshareable') return isAwaited ? 'hand-on' : 'gather'
  if (stream === 'shared' && isJoinable) return 'share'
  return isAwaited ? 'lead' : 'gather'
}
