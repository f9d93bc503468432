const MOST_NOTES = 20

/** What a fleet soak has counted. */
export class FleetTally {
  requests = 0
  /** Answers without a wait for a render, fresh or stale. */
  hits = 0
  renders = 0
  /** Renders of a page that another node was rendering, while nothing had invalidated it. */
  doubleRenders = 0
  /** Those of them where neither node was in trouble. */
  doubleInCalm = 0
  /** Answers that were older than an invalidation that had been confirmed before they were asked for, and did not say so. */
  staleAfterInvalidation = 0
  /** Anything but a page: other statuses, connections that broke though the process lived, what nobody caught. */
  errors = 0
  /** Requests that died with the process that they had been sent to. */
  lost = 0
  invalidations = 0
  /** Invalidations that said themselves that they had not arrived. */
  refused = 0
  /** Processes killed or hung, connections cut, a Redis that was gone or empty. */
  troubles = 0
  /** The longest that a near cache which nothing was wrong with served what was over, in milliseconds. */
  behindMs = 0
  /** The first things that went wrong, in words. */
  readonly notes: string[] = []

  note(text: string): void {
    if (this.notes.length < MOST_NOTES) this.notes.push(text)
  }

  failed(text: string): void {
    this.errors++
    this.note(text)
  }
}
