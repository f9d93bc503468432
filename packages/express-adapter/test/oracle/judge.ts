import { toldBy } from './cdn.ts'
import type { Answered, Asked } from './line.ts'
import {
  type Ended,
  type Ends,
  endsOf,
  graceOf,
  hasEnded,
  isFailure,
  isSettling,
  isShareable,
  pathOf,
  removalsBetween,
} from './promise.ts'
import type { Site } from './site.ts'
import type { Removal, Run, Timeline } from './timeline.ts'
import { header } from './visitor.ts'

/** Somebody who asked, when they did. */
export interface Visit {
  readonly asked: Asked
  readonly place: number
  readonly at: number
  /** The latest build then. */
  readonly build: number
  /** What the app could have answered from at once, among the timeline's moments. */
  readonly moment: number
}

/** An answer to somebody who asked, when it came. */
export interface Case<Data> {
  readonly visit: Visit
  readonly answered: Answered
  readonly answeredAt: number
  readonly run: Run<Data>
  /** Whether a CDN had it from somebody else. */
  readonly isResold: boolean
}

/** A case whose run has ended: what an answer names is over. */
type EndedCase<Data> = Case<Data> & { readonly run: Ended<Data> }

// The admission's own figures, as documented.
const TIMEOUT_MS = 3_000
const DEADLINE_MS = 60_000
const LONGEST_REST_S = 30

/** Holds answers against what the policy promises. It knows the app's side of every run, and of the cache only what is written on its answers. */
export class Judge<Data> {
  readonly #site: Site<Data>
  readonly #timeline: Timeline<Data>
  /** Runs whose answer was one visitor's, and has been given. */
  readonly #given = new Set<number>()

  constructor(site: Site<Data>, timeline: Timeline<Data>) {
    this.#site = site
    this.#timeline = timeline
  }

  /** What is wrong with an answer; empty where nothing is. */
  faults(one: Case<Data>): readonly string[] {
    const { run } = one
    if (!hasEnded(run)) return ['an answer came from a run that has not ended']
    const each = { ...one, run }
    return [...this.#handing(each), ...this.#age(each), ...this.#told(each), ...this.#privacy(each)]
  }

  /** Who may be given it at all. */
  #handing(one: EndedCase<Data>): readonly string[] {
    const { visit, run, isResold } = one
    if (run.now.build < visit.build) return [`it is of build ${run.now.build}, and ${visit.build} is out`]
    if (isShareable(run, this.#site)) return []
    const faults: string[] = []
    if (isFailure(run) && run.key !== undefined) {
      if (run.ended.place < visit.place) faults.push('a failure was kept')
      faults.push(...this.#couldHaveStoodIn(one))
    } else {
      if (run.place < visit.place) faults.push('what is one visitor’s was rendered before this visitor came')
      if (this.#given.has(run.id)) faults.push('what is one visitor’s was given to a second')
    }
    if (isResold) faults.push('a CDN was allowed to keep what is one visitor’s')
    this.#given.add(run.id)
    return faults
  }

  /** A page whose windows are open is given in place of a failure, unless a later answer, which was one visitor’s alone, took it away. */
  #couldHaveStoodIn({ visit, run, answeredAt }: EndedCase<Data>): readonly string[] {
    const before = this.#timeline.runs.filter(hasEnded).filter((other) => {
      return other.key === run.key && other.ended.place < visit.place && !isFailure(other) && other.ended.isWhole
    })
    const last = before.toSorted((a, b) => a.ended.place - b.ended.place).at(-1)
    if (last === undefined || !isShareable(last, this.#site)) return []
    const removals = removalsBetween(last, Number.POSITIVE_INFINITY, this.#timeline)
    const isThere = answeredAt < this.#endsOf(last, removals).errorUntil && !removals.some(({ hard }) => hard)
    return isThere ? [`run ${last.id} could have stood in for a failure`] : []
  }

  #age(one: EndedCase<Data>): readonly string[] {
    const { visit, run } = one
    if (!isShareable(run, this.#site)) return []
    const removals = removalsBetween(run, visit.place, this.#timeline)
    if (removals.some(({ hard }) => hard)) return ['it was purged before this visitor came']
    const isHit = statusOf(one.answered).includes('; hit')
    if (!isHit) return this.#rendered(one, removals.length > 0)
    return detailOf(one.answered) === undefined ? this.#fresh(one, removals.length > 0) : this.#stale(one)
  }

  /** A render that its visitor waited for. */
  #rendered({ visit, run }: EndedCase<Data>, isInvalidated: boolean): readonly string[] {
    if (run.ended.place < visit.place) return ['it says that it was rendered for this visitor, and was there before']
    return isInvalidated ? ['it was invalidated before this visitor came, who joined its flight'] : []
  }

  #fresh(one: EndedCase<Data>, isInvalidated: boolean): readonly string[] {
    const { answeredAt, answered, run } = one
    const { freshUntil } = endsOf(run, this.#site, this.#timeline)
    const ttl = Number(/; ttl=(-?\d+)/.exec(statusOf(answered))?.[1])
    const remaining = Math.max(1, Math.floor((freshUntil - answeredAt) / 1000))
    return [
      ...this.#replaced(one),
      ...(isInvalidated ? ['it was invalidated, and is said to be fresh'] : []),
      ...(answeredAt >= freshUntil ? [`it was fresh until ${freshUntil}, and it is ${answeredAt}`] : []),
      ...(ttl > remaining ? [`its ttl is ${ttl}, and ${remaining} s remain`] : []),
    ]
  }

  #stale(one: EndedCase<Data>): readonly string[] {
    const { visit, run, answeredAt } = one
    const { staleUntil, errorUntil } = this.#endsOf(run, removalsBetween(run, visit.place, this.#timeline))
    const faults = this.#replaced(one)
    if (answeredAt >= (run.ended.notes.endsAt ?? Number.POSITIVE_INFINITY)) faults.push('its date is over')
    if (answeredAt < staleUntil) return faults
    if (answeredAt >= errorUntil) return [...faults, `its windows ended at ${errorUntil}, and it is ${answeredAt}`]
    return this.#isExcused(one) ? faults : [...faults, 'it is past its stale window, and nothing had gone wrong']
  }

  /** The windows of an invalidated page count from the earlier of its freshness' end and the first removal. */
  #endsOf(run: Ended<Data>, removals: readonly Removal[]): Omit<Ends, 'freshUntil'> {
    const { freshUntil, staleUntil, errorUntil } = endsOf(run, this.#site, this.#timeline)
    const earlier = freshUntil - Math.min(freshUntil, ...removals.map(({ calledAt }) => calledAt))
    return { staleUntil: staleUntil - earlier, errorUntil: errorUntil - earlier }
  }

  /** Whether a page for all was rendered after this one, and was there when the visitor came. */
  #replaced({ visit, run }: EndedCase<Data>): string[] {
    const next = this.#timeline.runs.find(
      (other) =>
        other.key === run.key &&
        other.place > run.ended.place &&
        hasEnded(other) &&
        other.ended.place < visit.place &&
        isShareable(other, this.#site),
    )
    return next === undefined ? [] : [`run ${next.id} had taken its place`]
  }

  /** Whether a render of the same page gave nothing that could be kept, within the longest rest, or takes too long, or its visitor has waited too long. */
  #isExcused({ visit, run, answered, answeredAt }: EndedCase<Data>): boolean {
    if (detailOf(answered) === 'timeout' && answeredAt - visit.at >= TIMEOUT_MS) return true
    return this.#timeline.runs.some((other) => {
      if (other.key !== run.key || other.place < run.place || other.id === run.id) return false
      if (!hasEnded(other)) return true
      return other.ended.at > answeredAt - LONGEST_REST_S * 1000 && !isShareable(other, this.#site)
    })
  }

  /** What others may do with it. */
  #told(one: EndedCase<Data>): readonly string[] {
    const { run, answered, isResold } = one
    const { maxAge, staleWhileRevalidate, staleIfError } = toldBy(answered)
    if (isResold || maxAge === 0) return []
    if (!isShareable(run, this.#site)) return ['others may keep what is one visitor’s']
    if (this.#site.cdnKeys === undefined) return ['a cache that knows the URL alone may keep what depends on more']
    const most = this.#mostToldOf(one)
    const { freshUntil, staleUntil, errorUntil } = endsOf(run, this.#site, this.#timeline)
    return [
      ...(maxAge > most ? [`others may keep it for ${maxAge} s, and ${most} s would be right`] : []),
      ...(staleWhileRevalidate * 1000 > staleUntil - freshUntil ? ['others may serve it stale for too long'] : []),
      ...(staleIfError * 1000 > errorUntil - freshUntil ? ['others may serve it on errors for too long'] : []),
    ]
  }

  #mostToldOf({ visit, run, answered, answeredAt }: EndedCase<Data>): number {
    const grace = graceOf(this.#site)
    const detail = detailOf(answered)
    if (detail !== undefined) return detail === 'refreshing' ? grace : Math.max(grace, LONGEST_REST_S)
    if (isSettling(run, this.#timeline)) return grace
    const { freshUntil } = endsOf(run, this.#site, this.#timeline)
    const remaining = Math.max(1, Math.floor((freshUntil - answeredAt) / 1000))
    if (removalsBetween(run, visit.place, this.#timeline).length > 0) return grace
    // Those who had waited when it was invalidated are told the grace.
    return removalsBetween(run, this.#timeline.latest, this.#timeline).length > 0
      ? Math.max(grace, remaining)
      : remaining
  }

  /** Moments as of which an answer that names no run may be: when its visitor came, or those of renders, then under way, that left it to the code below. */
  momentsBelow(visit: Visit): readonly number[] {
    const declined = this.#timeline.runs.filter(({ declined = 0 }) => declined > visit.place)
    return [visit.moment, ...declined.map(({ moment }) => moment)]
  }

  #privacy({ visit, run, answered }: EndedCase<Data>): readonly string[] {
    const field = header(answered, 'cache-control')
    if (field === undefined) return ['it says nothing of Cache-Control']
    const isPersonal = this.#isPersonal(visit.asked) || (run.ended.notes.personal && !this.#isForeign(visit.asked))
    if (answered.headers['set-cookie'] !== undefined || isPersonal) {
      return field === 'private, no-store' && header(answered, 'cdn-cache-control') === undefined
        ? []
        : [`it is one visitor’s and says "${field}"`]
    }
    return isFailure(run) && !field.includes('no-store') ? [`it is a failure and says "${field}"`] : []
  }

  #isForeign({ method, target }: Asked): boolean {
    return (method !== 'GET' && method !== 'HEAD') || this.#site.uncached(pathOf(target))
  }

  #isPersonal(asked: Asked): boolean {
    if (this.#isForeign(asked)) return false
    if (asked.headers['authorization'] !== undefined || /[?&]preview\b/.test(asked.target)) return true
    if (this.#site.anonymous?.(pathOf(asked.target)) === true) return false
    const names = (asked.headers['cookie'] ?? '').split('; ').map((pair) => pair.split('=', 1)[0] ?? '')
    return this.#site.sessionCookies.some((name) => names.includes(name))
  }

  /** An answer of the cache itself, in place of one that did not come in time. */
  excuses(visit: Visit, answered: Answered, answeredAt: number): boolean {
    if (answered.status !== 503) return false
    switch (detailOf(answered)) {
      case 'timeout':
        return answeredAt - visit.at >= TIMEOUT_MS
      case 'deadline':
        return this.#timeline.runs.some(({ now, ended }) => ended === undefined && answeredAt - now.at === DEADLINE_MS)
      default:
        return false
    }
  }
}

export function statusOf(answered: Answered): string {
  return header(answered, 'cache-status') ?? ''
}

export function detailOf(answered: Answered): string | undefined {
  return /; detail=([\w-]+)/.exec(statusOf(answered))?.[1]
}
