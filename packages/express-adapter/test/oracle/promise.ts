import type { Site } from './site.ts'
import type { Named, Notes, Removal, Run, Timeline } from './timeline.ts'

// What the policy owes, worked out anew from what the app said: nothing here reads the cache's own code.

/** A run that has ended. */
export type Ended<Data> = Run<Data> & { readonly ended: NonNullable<Run<Data>['ended']> }

const STORABLE: readonly number[] = [200, 301, 308, 404, 410]

/** Seconds by status where the site says nothing else. */
const CAPS: Readonly<Record<number, number>> = { 301: 3600, 308: 3600, 404: 10, 410: 3600 }

export function hasEnded<Data>(run: Run<Data>): run is Ended<Data> {
  return run.ended !== undefined
}

/** Trouble of the app, which is shared by all who wait and kept by nobody. */
export function isFailure({ ended }: Ended<unknown>): boolean {
  return ended.status >= 500 || ended.status === 429
}

/** Whether what a run gave may be everybody's. */
export function isShareable<Data>(
  { key, target, ended }: Ended<Data>,
  { options }: Pick<Site<Data>, 'options'>,
): boolean {
  if (key === undefined || !ended.isWhole || ended.notes.personal || !STORABLE.includes(ended.status)) return false
  if (ended.status === 301 || ended.status === 308) return true
  const types = options.routes?.find(({ match }) => match === pathOf(target))?.types ?? ['text/html']
  return types.includes(ended.type) && !(ended.status === 200 && ended.isEmpty)
}

/** The instants of a page that is kept (epoch milliseconds), and the most that may be told downstream (seconds). */
export interface Ends {
  readonly freshUntil: number
  readonly staleUntil: number
  readonly errorUntil: number
}

/** When a page ends, by what the site promises and the page says. */
export function endsOf<Data>(run: Ended<Data>, site: Site<Data>, timeline: Timeline<Data>): Ends {
  const { at, status, notes } = run.ended
  const life = { ...site.life(pathOf(run.target)), ...said(notes) }
  const cap = site.options.statusMaxAge?.[status] ?? CAPS[status]
  const maxAge = Math.min(
    life.maxAge,
    cap ?? Number.POSITIVE_INFINITY,
    isSettling(run, timeline) ? graceOf(site) : Number.POSITIVE_INFINITY,
  )
  const end = notes.endsAt ?? Number.POSITIVE_INFINITY
  const within = (from: number, seconds: number): number => Math.max(from, Math.min(from + seconds * 1000, end))
  const freshUntil = within(at, maxAge)
  const windows = cap === undefined ? life : { staleWhileRevalidate: 0, staleIfError: 0 }
  const staleUntil = within(freshUntil, windows.staleWhileRevalidate)
  return { freshUntil, staleUntil, errorUntil: Math.max(staleUntil, within(freshUntil, windows.staleIfError)) }
}

function said({ maxAge, staleWhileRevalidate, staleIfError }: Notes) {
  return {
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(staleWhileRevalidate === undefined ? {} : { staleWhileRevalidate }),
    ...(staleIfError === undefined ? {} : { staleIfError }),
  }
}

/** Seconds for which a stale page may be kept downstream. */
export function graceOf<Data>({ options }: Pick<Site<Data>, 'options'>): number {
  return options.downstream?.staleMaxAge ?? 10
}

/** Whether what a run read may not have been there yet: a removal that names it had not settled. */
export function isSettling<Data>(run: Run<Data>, timeline: Timeline<Data>): boolean {
  return timeline.removals.some(
    (each) => each.resolved < run.place && run.now.at < each.calledAt + each.settleMs && isNamed(run, each.named),
  )
}

/** Removals that name what a run gave and that came between it and whoever asks. */
export function removalsBetween<Data>(run: Run<Data>, until: number, timeline: Timeline<Data>): readonly Removal[] {
  return timeline.removals.filter(
    ({ called, resolved, named }) => called > run.place && resolved < until && isNamed(run, named),
  )
}

function isNamed({ target, ended }: Run<unknown>, { tags = [], urls = [], prefix, all }: Named): boolean {
  if (all === true || urls.includes(target)) return true
  if (tags.some((tag) => ended?.notes.tags.includes(tag))) return true
  if (prefix === undefined) return false
  const stem = prefix.endsWith('/') ? prefix : `${prefix}/`
  return `${pathOf(target)}/`.startsWith(stem)
}

export function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? ''
}
