// What the order of overload owes to each visitor of a whole cache, as plainly as it can be written: lists that are looked through, no gate, no lease, no log.

/** Whether the page is rendered for whoever asks. */
export type Strategy = 'always' | 'never' | 'default'

/** Who waits for a render; those first who are served first. */
const LANES = ['visitor', 'crawler', 'refresh'] as const
type Lane = (typeof LANES)[number]

/** Who comes. */
export type Who = 'visitor' | 'crawler'

/** What holds for the whole cache. Small, so that few visitors are a crowd. */
export const LIMITS = {
  concurrency: 2,
  queueLimit: 2,
  queueTimeoutMs: 2_000,
  timeoutMs: 3_000,
  crawlerTimeoutMs: 5_000,
  alwaysConcurrency: 1,
  alwaysTimeoutMs: 8_000,
} as const

/** Lifetimes of pages, in milliseconds; the windows begin where the page is no longer fresh. */
export const LIFE = { fresh: 10_000, stale: 10_000, error: 60_000 } as const

/** A route of the model. */
export interface ModelRoute {
  readonly paths: readonly string[]
  /** @default the cache's */
  readonly timeoutMs?: number
  /** A cap of its own. @default none */
  readonly concurrency?: number
  /** `season`: as the script has it at the time. @default 'default' */
  readonly strategy?: 'always' | 'default' | 'season'
}

/** All routes. */
export const ROUTES: readonly ModelRoute[] = [
  { paths: ['/a', '/b', '/c', '/d', '/e'] },
  { paths: ['/own/a', '/own/b', '/own/c'], concurrency: 1, timeoutMs: 1_000 },
  { paths: ['/hasty/a', '/hasty/b'], timeoutMs: 0 },
  { paths: ['/always/a', '/always/b', '/always/c'], strategy: 'always' },
  { paths: ['/season/a', '/season/b'], strategy: 'season', concurrency: 1 },
]

interface ModelPage {
  readonly body: string
  /** How many records there were when its render began. */
  readonly records: number
  readonly freshUntil: number
  /** The first record that named it: it is no longer fresh from then on. */
  staleAt: number | undefined
  isPurged: boolean
}

/** One who waits, and the page that may stand in for another. */
interface Waiter {
  readonly visitor: number
  readonly leads: boolean
  readonly page: ModelPage | undefined
  readonly until: number
  /** Of what falls due at one instant, what was begun first is first. */
  readonly turn: number
}

interface ModelFlight {
  readonly path: string
  readonly route: ModelRoute
  readonly strategy: Strategy
  /** Nobody waited for it when it began. */
  readonly isBackground: boolean
  readonly hadPage: boolean
  readonly waiting: Waiter[]
  lane: Lane
  /** `refused`: its turn will not come, and nobody knows of it yet. */
  state: 'queued' | 'running' | 'refused' | 'over'
  /** In the order in which they joined the lane that they wait in, until when. */
  turn: number
  dueAt: number
  /** Whoever waited last has hung up. */
  isForsaken: boolean
  /** Which of all renders it is. */
  render: number
  records: number
  /** The first record that has named its page since it began. */
  staleAt: number | undefined
  isPurged: boolean
}

/** What is over at an instant. */
interface Due {
  readonly flight: ModelFlight
  readonly at: number
  readonly turn: number
  readonly isPatience: boolean
}

/** A visit as the model sees it. */
export interface Coming {
  readonly visitor: number
  readonly path: string
  readonly who: Who
  /** The lanes that nobody may join until they are half empty: when that is so is told by the model of the gate. */
  readonly overloaded: readonly string[]
}

/** How it stands with one who comes. */
interface Standing {
  readonly kept: 'fresh' | 'stale' | 'error' | 'none'
  readonly mayWait: boolean
  readonly isRendered: boolean
  readonly room: 'place' | 'queue' | 'none'
}

/** Design, I8: each is given the first that there is. */
const ORDER = [
  ['fresh', ({ kept }: Standing) => kept === 'fresh'],
  ['stale', ({ kept }: Standing) => kept === 'stale'],
  ['follow', ({ mayWait, isRendered }: Standing) => mayWait && isRendered],
  ['render', ({ mayWait, room }: Standing) => mayWait && room === 'place'],
  ['queue', ({ mayWait, room }: Standing) => mayWait && room === 'queue'],
  ['stale-if-error', ({ kept }: Standing) => kept === 'error'],
  ['fallback', () => true],
] as const

/** What one who comes is given. */
export type Given = (typeof ORDER)[number][0]

/** All that there is to be given. */
export const ALL_GIVEN: readonly Given[] = ORDER.map(([given]) => given)

export class OverloadModel {
  now: number
  season: Strategy = 'default'
  /** What each visitor was answered with, of those who were. */
  readonly answered = new Map<number, string>()
  /** Paths in the order in which their renders began. */
  readonly begun: string[] = []
  #turns = 0
  #records = 0
  #flights: ModelFlight[] = []
  readonly #pages = new Map<string, ModelPage>()
  readonly #rests = new Map<string, { readonly failures: number; readonly until: number }>()
  /** The flight that whoever comes would join, were it not for records. */
  readonly #latest = new Map<string, ModelFlight>()

  constructor(now: number) {
    this.now = now
  }

  /** How long they wait, for which strategy. */
  patienceMs(path: string, who: Who): number {
    const { timeoutMs = LIMITS.timeoutMs } = routeOf(path)
    if (this.#strategy(path) === 'always') return LIMITS.alwaysTimeoutMs
    return who === 'crawler' ? LIMITS.crawlerTimeoutMs : timeoutMs
  }

  get running(): readonly ModelFlight[] {
    return this.#flights.filter(({ state }) => state === 'running')
  }

  get lanes(): Readonly<Record<string, number>> {
    return { ...Object.fromEntries(LANES.map((lane) => [lane, this.#queued(lane).length])), 'warm-up': 0 }
  }

  /** Those who are still waited for. */
  get waiting(): readonly number[] {
    return this.#flights.flatMap(({ waiting }) => waiting.map(({ visitor }) => visitor))
  }

  come(coming: Coming): Given {
    const { visitor, path, who } = coming
    const flight = this.#joinable(path)
    const page = this.#usable(this.#pages.get(path))
    const kept = this.#state(page)
    const strategy = this.#strategy(path)
    const isResting = page !== undefined && this.#rests_(path)
    // While it rests after a failure, nothing is tried for a page that something else may stand in for.
    if (page !== undefined && kept === 'error' && isResting && flight === undefined) {
      this.answered.set(visitor, `old ${page.body} resting`)
      return 'stale-if-error'
    }
    const turn = { path, strategy, lane: who }
    const mayWait = strategy !== 'never' && this.patienceMs(path, who) > 0
    const room = this.#room(turn, coming.overloaded)
    const standing = { kept, mayWait, isRendered: flight !== undefined, room }
    const given = (ORDER.find(([, isThere]) => isThere(standing)) as (typeof ORDER)[number])[0] // the last is always there
    this.#give(given, coming, flight)
    return given
  }

  #give(given: Given, coming: Coming, flight: ModelFlight | undefined): void {
    const { visitor, path, who } = coming
    const page = this.#usable(this.#pages.get(path))
    switch (given) {
      case 'fresh':
        this.answered.set(visitor, `hit ${page?.body}`)
        break
      case 'stale':
        this.answered.set(visitor, `old ${page?.body} ${this.#refreshed(coming, flight)}`)
        break
      case 'follow':
        this.#wait(flight as ModelFlight, coming, false)
        break
      case 'render':
      case 'queue':
        this.#wait(this.#takeOff(coming, who), coming, true)
        break
      default: {
        const reason = this.#reason(coming)
        if (reason === 'timeout' && flight === undefined && !this.#rests_(path)) this.#takeOff(coming, 'refresh')
        this.answered.set(visitor, page === undefined ? `fallback ${reason}` : `old ${page.body} ${reason}`)
      }
    }
  }

  #reason({ path, who }: Coming): string {
    if (this.#strategy(path) === 'never') return 'strategy'
    return this.patienceMs(path, who) > 0 ? 'turned-away' : 'timeout'
  }

  /** Behind the stale page, one render. */
  #refreshed(coming: Coming, flight: ModelFlight | undefined): string {
    const { path } = coming
    if (this.#rests_(path)) return 'resting'
    if (flight !== undefined) return 'refreshing'
    if (this.#strategy(path) === 'never') return 'strategy'
    this.#takeOff(coming, 'refresh')
    return 'refreshing'
  }

  #takeOff({ path, overloaded }: Coming, lane: Lane): ModelFlight {
    const strategy = this.#strategy(path)
    const flight: ModelFlight = {
      path,
      route: routeOf(path),
      strategy,
      isBackground: lane === 'refresh',
      hadPage: this.#usable(this.#pages.get(path)) !== undefined,
      waiting: [],
      lane,
      state: 'queued',
      turn: 0,
      dueAt: 0,
      isForsaken: false,
      render: -1,
      records: -1,
      staleAt: undefined,
      isPurged: false,
    }
    const room = this.#room(flight, overloaded)
    this.#flights.push(flight)
    this.#latest.set(path, flight)
    if (room === 'place') this.#begin(flight)
    else if (room === 'queue') this.#join(flight, lane)
    else flight.state = 'refused'
    return flight
  }

  /** What comes of those who came at once, when all of them have. */
  settle(): void {
    for (const flight of this.#flights) if (flight.state === 'refused') this.#turnAway(flight)
  }

  #wait(flight: ModelFlight, { visitor, path, who }: Coming, leads: boolean): void {
    if (LANES.indexOf(who) < LANES.indexOf(flight.lane)) this.#join(flight, who)
    const page = this.#usable(this.#pages.get(path))
    const until = this.now + this.patienceMs(path, who)
    const company = flight.waiting.find((one) => one.until === until)
    // Whoever leads waits before their render does.
    const turn = company?.turn ?? (leads ? flight.turn - 0.5 : this.#turns++)
    flight.waiting.push({ visitor, leads, page, until, turn })
    flight.isForsaken = false
  }

  #join(flight: ModelFlight, lane: Lane): void {
    const { queueTimeoutMs, alwaysTimeoutMs } = LIMITS
    const isAwaited = lane !== 'refresh'
    const waitMs =
      flight.strategy === 'always' && isAwaited ? Math.max(queueTimeoutMs, alwaysTimeoutMs) : queueTimeoutMs
    Object.assign(flight, { lane, turn: this.#turns++, dueAt: this.now + waitMs })
  }

  #begin(flight: ModelFlight): void {
    Object.assign(flight, { state: 'running', render: this.begun.length, records: this.#records })
    this.begun.push(flight.path)
  }

  #room(
    { path, strategy, lane }: Pick<ModelFlight, 'path' | 'strategy' | 'lane'>,
    overloaded: readonly string[],
  ): Standing['room'] {
    if (this.#hasPlace(path, strategy)) return 'place'
    if (overloaded.includes(lane) || this.#queued(lane).length >= LIMITS.queueLimit) return 'none'
    // A smaller cap has its share of the queue.
    const share = LIMITS.queueLimit / LIMITS.concurrency
    const ownCap = routeOf(path).concurrency
    const beside = this.#queued(lane).filter(({ route }) => route === routeOf(path))
    if (ownCap !== undefined && beside.length >= ownCap * share) return 'none'
    const always = this.#queued(lane).filter((flight) => flight.strategy === 'always')
    return strategy === 'always' && always.length >= LIMITS.alwaysConcurrency * share ? 'none' : 'queue'
  }

  #hasPlace(path: string, strategy: Strategy): boolean {
    const { running } = this
    const route = routeOf(path)
    const beside = running.filter((flight) => flight.route === route).length
    const always = running.filter((flight) => flight.strategy === 'always').length
    if (strategy === 'always' && always >= LIMITS.alwaysConcurrency) return false
    return running.length < LIMITS.concurrency && beside < (route.concurrency ?? LIMITS.concurrency)
  }

  #queued(lane: Lane): readonly ModelFlight[] {
    return this.#flights.filter((flight) => flight.state === 'queued' && flight.lane === lane)
  }

  /** Places go to people first, then to crawlers, then to refreshes; and to whoever came first of those for whom there is room. */
  #fill(): void {
    for (;;) {
      const next = LANES.flatMap((lane) => [...this.#queued(lane)].sort((a, b) => a.turn - b.turn)).find((flight) =>
        this.#hasPlace(flight.path, flight.strategy),
      )
      if (next === undefined) return
      this.#begin(next)
    }
  }

  /** A render ends, with a page or without. */
  end(flight: ModelFlight, isPage: boolean): void {
    this.#over(flight)
    const body = `<p>${flight.render}`
    if (isPage) this.#keep(flight, body)
    else this.#fail(flight.path)
    for (const { visitor, leads, page } of flight.waiting.splice(0)) {
      if (isPage) this.answered.set(visitor, `${leads ? 'rendered' : 'followed'} ${body}`)
      else this.#stoodIn(visitor, page, 'thrown')
    }
    this.#fill()
  }

  #keep({ path, records, staleAt, isPurged }: ModelFlight, body: string): void {
    this.#rests.delete(path)
    const other = this.#pages.get(path)
    if (isPurged || (other !== undefined && other.records > records)) return
    this.#pages.set(path, { body, records, freshUntil: this.now + LIFE.fresh, staleAt, isPurged: false })
  }

  #fail(path: string): void {
    const failures = (this.#rests.get(path)?.failures ?? 0) + 1
    this.#rests.set(path, { failures, until: this.now + Math.min(30_000, 3_000 * 2 ** (failures - 1)) })
  }

  #over(flight: ModelFlight): void {
    flight.state = 'over'
    this.#flights = this.#flights.filter((other) => other !== flight)
    if (this.#latest.get(flight.path) === flight) this.#latest.delete(flight.path)
  }

  /** Its turn has not come. That an old page was there, and somebody waited in vain, is a failure like any other. */
  #turnAway(flight: ModelFlight): void {
    this.#over(flight)
    if (flight.hadPage && !flight.isForsaken) this.#fail(flight.path)
    for (const { visitor, page } of flight.waiting.splice(0)) this.#stoodIn(visitor, page, 'turned-away')
  }

  #stoodIn(visitor: number, page: ModelPage | undefined, reason: string): void {
    const old = this.#usable(page)
    const none = reason === 'thrown' ? 'failed' : `fallback ${reason}`
    this.answered.set(visitor, old === undefined ? none : `old ${old.body} ${reason}`)
  }

  /** A visitor hangs up: what only queues goes with the last of them, but for what nobody waited for at first. */
  hangUp(visitor: number): void {
    for (const flight of [...this.#flights]) {
      const at = flight.waiting.findIndex((one) => one.visitor === visitor)
      if (at < 0) continue
      flight.waiting.splice(at, 1)
      flight.isForsaken = flight.waiting.length === 0
      if (flight.isForsaken && !flight.isBackground && flight.state === 'queued') this.#turnAway(flight)
    }
  }

  /** A record names the page: stale from now on, or gone; and what is rendered of it is too old for whoever comes now. */
  record(path: string, isHard: boolean): void {
    this.#records++
    const running = this.running.filter((flight) => flight.path === path)
    for (const each of [...running, this.#pages.get(path)]) {
      if (each === undefined) continue
      each.staleAt ??= this.now
      each.isPurged ||= isHard
    }
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.now = next.at
      if (next.isPatience) this.#losePatience(next.flight)
      else this.#turnAway(next.flight)
    }
    this.now = end
  }

  /** Whose patience, or whose time in the queue, is over first. */
  #next(): Due | undefined {
    const due = this.#flights.flatMap((flight): Due[] => [
      ...flight.waiting.map(({ until, turn }) => ({ flight, at: until, turn, isPatience: true })),
      ...(flight.state === 'queued' ? [{ flight, at: flight.dueAt, turn: flight.turn, isPatience: false }] : []),
    ])
    return due.sort((a, b) => a.at - b.at || a.turn - b.turn)[0]
  }

  #losePatience(flight: ModelFlight): void {
    const lost = flight.waiting.filter(({ until }) => until <= this.now)
    flight.waiting.splice(0, flight.waiting.length, ...flight.waiting.filter((one) => !lost.includes(one)))
    for (const { visitor, page } of lost) this.#stoodIn(visitor, page, 'timeout')
    if (flight.waiting.length === 0 && flight.state === 'queued') this.#turnAway(flight)
  }

  /** What was rendered before a record, and ends well while the key rests, is for the model of leases. */
  mayGiveAPage({ path, staleAt }: ModelFlight): boolean {
    return staleAt === undefined || !this.#rests_(path)
  }

  #joinable(path: string): ModelFlight | undefined {
    const flight = this.#latest.get(path)
    return flight?.staleAt === undefined ? flight : undefined
  }

  #rests_(path: string): boolean {
    return this.now < (this.#rests.get(path)?.until ?? 0)
  }

  #strategy(path: string): Strategy {
    const { strategy = 'default' } = routeOf(path)
    return strategy === 'season' ? this.season : strategy
  }

  #usable(page: ModelPage | undefined): ModelPage | undefined {
    return this.#state(page) === 'none' ? undefined : page
  }

  /** The windows of a page count from the end of its life, or from the record that ended it. */
  #state(page: ModelPage | undefined): Standing['kept'] {
    if (page === undefined || page.isPurged) return 'none'
    const over = Math.min(page.freshUntil, page.staleAt ?? page.freshUntil)
    if (this.now < over) return 'fresh'
    if (this.now < over + LIFE.stale) return 'stale'
    return this.now < over + LIFE.error ? 'error' : 'none'
  }
}

function routeOf(path: string): ModelRoute {
  const route = ROUTES.find(({ paths }) => paths.includes(path))
  if (route === undefined) throw new Error(`no route has ${path}`)
  return route
}
