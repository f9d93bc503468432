// What the cache owes to visitors who come one after another, as plainly as it can be written: a Map and a loop, no index, no log, no lease.

/** How a render behaves. */
export type Behaviour = 'page' | 'not-modified' | 'not-found' | 'private' | 'empty' | 'throw' | 'error'

/** A page as the model keeps it; instants are epoch milliseconds. */
interface ModelPage {
  readonly body: string
  readonly status: 200 | 404
  readonly tags: readonly string[]
  readonly freshUntil: number
  readonly staleUntil: number
  readonly errorUntil: number
  /** The first invalidation that named it. */
  readonly staleAt: number | undefined
}

/** A render under way, and those who wait for it. */
interface ModelFlight {
  readonly path: string
  readonly behaviour: Exclude<Behaviour, 'not-modified'>
  readonly body: string
  /** What was kept when it began. */
  readonly state: State
  readonly startedAt: number
  readonly endsAt: number
  readonly waiting: Waiting[]
  /** Whether the lease service could be asked when it began. */
  readonly isLeased: boolean
}

/** Until when a key rests, and until when by what was told to the lease service. */
interface ModelRest {
  readonly count: number
  readonly until: number
  readonly toldUntil: number
}

/** A visitor who waits, and the page that may stand in. */
interface Waiting {
  readonly visitor: number
  readonly renders: 0 | 1
  readonly page: ModelPage | undefined
  readonly patientUntil: number
}

/** What a visitor is owed. */
export interface Owed {
  /** The body; `undefined` where the app's error, or that it takes too long, is all there is. */
  readonly body: string | undefined
  /** Seconds that a shared cache downstream may keep it; `undefined` where nobody may. */
  readonly sharedMaxAge: number | undefined
  /** Renders that this request brings about, in front or behind. */
  readonly renders: 0 | 1
}

/** A request as the model sees it. */
export interface Asked {
  /** Tells visitors apart. */
  readonly visitor: number
  readonly path: string
  /** How the render goes, if this request brings one about. */
  readonly behaviour: Behaviour
  readonly takesMs: number
}

/** Lifetimes of the model's pages, and what else lasts, in milliseconds. */
export const LIFE = {
  fresh: 60_000,
  stale: 120_000,
  error: 300_000,
  notFound: 10_000,
  grace: 10_000,
  mark: 120_000,
  patience: 5_000,
} as const

type State = 'fresh' | 'stale' | 'error' | 'marked' | 'none'

export class NaiveModel {
  now = 0
  /** The store is known to answer nothing and to take nothing: what is rendered is shared, kept by nobody, and nobody's failure. */
  storeIsDown = false
  /** What each visitor got, of those who were answered. */
  readonly answered = new Map<number, Owed>()
  #renders = 0
  #visitors = 0
  readonly #pages = new Map<string, ModelPage>()
  readonly #flights = new Map<string, ModelFlight>()
  readonly #marks = new Map<string, number>()
  readonly #failures = new Map<string, ModelRest>()

  nextVisitor(): number {
    return this.#visitors++
  }

  /**
   * Whether the model can tell what comes of a render that takes its time: one that turns out to be somebody's own sets all who followed it rendering, and
   * visitors of a marked key render side by side, also where the store tells of the mark only when it is back. What becomes of these is told by laws, in the test
   * of visitors who come all at once.
   */
  knowsSlow(path: string, behaviour: Behaviour): boolean {
    return behaviour !== 'private' && behaviour !== 'empty' && !this.#isMarked(path)
  }

  /** Whether somebody renders a page that `names` names: that too is told by laws. */
  isRendering(names: (path: string, tags: readonly string[]) => boolean): boolean {
    return [...this.#flights.keys()].some((path) => names(path, tagsOf(path)))
  }

  request(asked: Asked): void {
    const { path } = asked
    const flight = this.#flights.get(path)
    const page = this.#pageOf(path)
    const state = this.#state(path)
    if (page !== undefined && state === 'fresh')
      this.#answer(asked.visitor, kept(page, Math.floor((page.freshUntil - this.now) / 1000), 0))
    else if (state === 'marked') this.#renderInFront(asked, state, undefined)
    else if (flight === undefined) this.#requestAlone(asked, state, page)
    else if (page !== undefined && state === 'stale')
      this.#answer(asked.visitor, kept(page, this.#graceSeconds(flight, page), 0))
    else this.#wait(flight, asked.visitor, 0, page)
  }

  /** Nobody renders the page. */
  #requestAlone(asked: Asked, state: State, page: ModelPage | undefined): void {
    const { path, visitor } = asked
    const resting = (this.#failures.get(path)?.until ?? 0) > this.now
    if (page !== undefined && resting) {
      this.#adoptRest(path)
      this.#answer(visitor, kept(page, this.#restSeconds(path, page), 0))
    } else if (page !== undefined && state === 'stale') {
      const flight = this.#takeOff(asked, state)
      this.#answer(visitor, kept(page, this.#graceSeconds(flight, page), 1))
      this.#landIfOver(flight)
    } else this.#renderInFront(asked, state, page)
  }

  #renderInFront(asked: Asked, state: State, page: ModelPage | undefined): void {
    const flight = this.#takeOff(asked, state)
    this.#wait(flight, asked.visitor, 1, page)
    this.#landIfOver(flight)
  }

  #takeOff({ path, behaviour, takesMs }: Asked, state: State): ModelFlight {
    const own = `${path} #${++this.#renders}`
    const endsAt = this.now + takesMs
    const flight = {
      path,
      ...this.#rendered(path, behaviour, own),
      state,
      startedAt: this.now,
      endsAt,
      waiting: [],
      isLeased: !this.storeIsDown,
    }
    if (takesMs > 0) this.#flights.set(path, flight)
    return flight
  }

  /** A 304 is the page of which the render was told, or a mistake of the app. */
  #rendered(path: string, behaviour: Behaviour, body: string): Pick<ModelFlight, 'behaviour' | 'body'> {
    if (behaviour !== 'not-modified') return { behaviour, body }
    const page = this.#pageOf(path)
    return page?.status === 200 ? { behaviour: 'page', body: page.body } : { behaviour: 'throw', body }
  }

  #wait({ waiting }: ModelFlight, visitor: number, renders: 0 | 1, page: ModelPage | undefined): void {
    waiting.push({ visitor, renders, page, patientUntil: this.now + LIFE.patience })
  }

  /** Time goes on, from event to event. */
  advance(ms: number): void {
    const end = this.now + ms
    for (let next = this.#nextEvent(); next <= end; next = this.#nextEvent()) {
      this.now = next
      for (const flight of [...this.#flights.values()]) this.#pass(flight)
    }
    this.now = end
  }

  #nextEvent(): number {
    const flights = [...this.#flights.values()]
    return Math.min(...flights.flatMap(({ endsAt, waiting }) => [endsAt, ...waiting.map((one) => one.patientUntil)]))
  }

  /** Whoever has led lost patience in the same instant, with all who came when the leader did; who followed later sees the end of the render first. */
  #pass(flight: ModelFlight): void {
    const leader = flight.waiting.find(({ renders }) => renders === 1)
    this.#loosePatience(flight, ({ patientUntil }) => patientUntil === leader?.patientUntil)
    this.#landIfOver(flight)
    this.#loosePatience(flight, () => true)
  }

  #loosePatience(flight: ModelFlight, who: (one: Waiting) => boolean): void {
    const { waiting } = flight
    for (const one of [...waiting]) {
      if (one.patientUntil > this.now || !who(one)) continue
      waiting.splice(waiting.indexOf(one), 1)
      this.#answer(
        one.visitor,
        this.#standIn(one, (page) => this.#graceSeconds(flight, page)),
      )
    }
  }

  #landIfOver(flight: ModelFlight): void {
    if (flight.endsAt > this.now) return
    const { path, behaviour, body } = flight
    // Of a marked key, another may be under way.
    if (this.#flights.get(path) === flight) this.#flights.delete(path)
    this.#land(flight)
    for (const one of flight.waiting.splice(0)) {
      const { renders } = one
      const isFailure =
        behaviour === 'throw' || behaviour === 'error' || (behaviour === 'empty' && one.page !== undefined)
      if (isFailure)
        this.#answer(
          one.visitor,
          this.#standIn(one, (page) => this.#restSeconds(path, page)),
        )
      else if (behaviour === 'private') this.#answer(one.visitor, { body, sharedMaxAge: undefined, renders })
      else if (behaviour === 'empty') this.#answer(one.visitor, { body: '', sharedMaxAge: undefined, renders })
      else
        this.#answer(one.visitor, {
          body,
          sharedMaxAge: LIFE[behaviour === 'page' ? 'fresh' : 'notFound'] / 1000,
          renders,
        })
    }
  }

  /** The page that was there when the visitor came, if a window is still open. */
  #standIn({ page, renders }: Waiting, seconds: (page: ModelPage) => number): Owed {
    if (page === undefined || this.#stateOf(page) === 'none')
      return { body: undefined, sharedMaxAge: undefined, renders }
    return kept(page, seconds(page), renders)
  }

  #answer(visitor: number, owed: Owed): void {
    this.answered.set(visitor, owed)
  }

  /** The page that may be served, in whatever state. */
  #pageOf(path: string): ModelPage | undefined {
    const page = this.#pages.get(path)
    return page === undefined || this.storeIsDown || this.#stateOf(page) === 'none' ? undefined : page
  }

  #state(path: string): State {
    if (this.storeIsDown) return 'none'
    const page = this.#pages.get(path)
    if (page === undefined) return this.#isMarked(path) ? 'marked' : 'none'
    return this.#stateOf(page)
  }

  #isMarked(path: string): boolean {
    return !this.#pages.has(path) && this.now < (this.#marks.get(path) ?? 0)
  }

  #stateOf(page: ModelPage): Exclude<State, 'marked'> {
    if (page.staleAt === undefined && this.now < page.freshUntil) return 'fresh'
    const earlier = page.staleAt === undefined ? 0 : Math.max(0, page.freshUntil - page.staleAt)
    if (this.now < page.staleUntil - earlier) return 'stale'
    return this.now < page.errorUntil - earlier ? 'error' : 'none'
  }

  #land(flight: ModelFlight): void {
    const { path, behaviour, body, state } = flight
    const hasPage = state === 'stale' || state === 'error'
    const failed = behaviour === 'throw' || behaviour === 'error' || (behaviour === 'empty' && hasPage)
    if (behaviour === 'page' || behaviour === 'not-found') {
      if (this.storeIsDown) this.#forgetFailures(flight)
      else this.#keep(path, body, behaviour)
    } else if (failed || state === 'stale') this.#fail(flight)
    else if (!this.storeIsDown) this.#mark(path, state)
  }

  #mark(path: string, state: State): void {
    if (state === 'error' || this.#isGone(path)) this.#pages.delete(path)
    this.#marks.set(path, this.now + LIFE.mark)
  }

  /** A page that is past every window, whether or not it was swept. */
  #isGone(path: string): boolean {
    return this.#pages.has(path) && this.#state(path) === 'none'
  }

  #keep(path: string, body: string, behaviour: 'page' | 'not-found'): void {
    const isPage = behaviour === 'page'
    const freshUntil = this.now + (isPage ? LIFE.fresh : LIFE.notFound)
    this.#pages.set(path, {
      body,
      status: isPage ? 200 : 404,
      tags: tagsOf(path),
      freshUntil,
      staleUntil: freshUntil + (isPage ? LIFE.stale : 0),
      errorUntil: freshUntil + (isPage ? LIFE.error : 0),
      staleAt: undefined,
    })
    this.#marks.delete(path)
    this.#failures.delete(path)
  }

  #fail({ path, isLeased }: ModelFlight): void {
    const before = this.#failures.get(path)
    const count = (before?.count ?? 0) + 1
    const until = this.now + Math.min(30_000, 3_000 * 2 ** (count - 1))
    this.#failures.set(path, { count, until, toldUntil: isLeased ? until : (before?.toldUntil ?? 0) })
  }

  /** Without the lease nobody can be told that the key need not rest any more: it does so as long as was told before, for a failure that is not counted. */
  #forgetFailures({ path, isLeased }: ModelFlight): void {
    const { toldUntil = 0 } = this.#failures.get(path) ?? {}
    if (isLeased || toldUntil <= this.now) this.#failures.delete(path)
    else this.#failures.set(path, { count: 0, until: toldUntil, toldUntil })
  }

  /** Whoever meets such a rest takes it for the first of a row. */
  #adoptRest(path: string): void {
    const rest = this.#failures.get(path) as ModelRest // it rests
    this.#failures.set(path, { ...rest, count: Math.max(1, rest.count) })
  }

  /** What is told of a page never reaches beyond its end. */
  #restSeconds(path: string, page: ModelPage): number {
    return this.#secondsUntil(Math.min(this.#failures.get(path)?.until ?? 0, page.errorUntil))
  }

  /** The grace is renewed each time it ends while the render goes on. */
  #graceSeconds({ startedAt }: ModelFlight, page: ModelPage): number {
    const graces = Math.floor((this.now - startedAt) / LIFE.grace) + 1
    return this.#secondsUntil(Math.min(startedAt + graces * LIFE.grace, page.errorUntil))
  }

  #secondsUntil(instant: number): number {
    return Math.max(1, Math.floor((instant - this.now) / 1000))
  }

  invalidate(names: (path: string, tags: readonly string[]) => boolean): void {
    for (const [path, page] of this.#pages) {
      if (names(path, page.tags)) this.#pages.set(path, { ...page, staleAt: page.staleAt ?? this.now })
    }
  }

  /** By URL and of all, what is kept goes, marks too; tags and prefixes name pages alone. */
  purge(names: (path: string, tags: readonly string[]) => boolean, marksToo: boolean): void {
    for (const [path, page] of this.#pages) if (names(path, page.tags)) this.#pages.delete(path)
    if (!marksToo) return
    for (const path of this.#marks.keys()) if (names(path, [])) this.#marks.delete(path)
  }
}

function kept({ body }: ModelPage, sharedMaxAge: number, renders: 0 | 1): Owed {
  return { body, sharedMaxAge: Math.max(1, sharedMaxAge), renders }
}

/** Tags of a page of the model: its section, and itself. */
export function tagsOf(path: string): readonly string[] {
  return [`section:${path.split('/')[1]}`, `page:${path}`]
}
