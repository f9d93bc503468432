import {
  createRenderCache,
  type HandlerInput,
  memoryStore,
  pageContext,
  type RenderCache,
  type RenderCacheOptions,
  type Store,
} from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const PATHS = ['/a', '/b'] as const
type Path = (typeof PATHS)[number]

/** What happens, in whatever order the scheduler lets it. */
type Act =
  | { readonly kind: 'request'; readonly path: Path; readonly ends: End }
  | {
      readonly kind: 'invalidate' | 'purge'
      readonly by: 'url' | 'known-tag' | 'found-tag' | 'all'
      readonly path: Path
    }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'store'; readonly operation: Operation; readonly goes: Goes }

/** `not-modified`: 304 about the page of which the render was told, or a page where there was none. */
type End = 'page' | 'not-modified' | 'throw' | 'private'

const OPERATIONS = ['get', 'set', 'delete'] as const
type Operation = (typeof OPERATIONS)[number]

/** How calls go from now on: `loses`: done, and the answer is an error; `hangs`: not done, and never answered; `is late`: done when nobody waits any more. */
const WAYS = ['well', 'rejects', 'loses', 'hangs', 'is late'] as const
type Goes = (typeof WAYS)[number]

interface Render {
  readonly id: number
  readonly path: Path
  readonly ends: string
  readonly startedAt: number
  /** When it answered, threw, or was given up. */
  endedAt: number
}

/** A render that said of a kept page that it is true still. */
interface Vouching {
  readonly body: string
  readonly startedAt: number
}

interface Visit {
  readonly path: Path
  readonly arrivedAt: number
  readonly answeredAt: number
  readonly body: string | undefined
  readonly isStale: boolean
  readonly sharedMaxAge: number
}

interface Removal {
  readonly hard: boolean
  readonly path: Path | 'all'
  readonly at: number
}

/** Everything that happened, each with its place in the order of things. */
class History {
  tick = 0
  /** Visitors who are not answered yet. */
  waiting = 0
  readonly renders: Render[] = []
  readonly visits: Visit[] = []
  /** Which kept page each render was told of. */
  readonly told: Vouching[] = []
  readonly vouchings: Vouching[] = []
  readonly removals: Removal[] = []

  next(): number {
    this.tick++
    return this.tick
  }

  removalsOf(path: Path): Removal[] {
    return this.removals.filter((removal) => removal.path === 'all' || removal.path === path)
  }

  renderOf(body: string): Render {
    return this.renders[Number(body.split('#')[1]) - 1] as Render // bodies are made below
  }
}

/** A store whose every answer is at the scheduler's mercy, before it takes effect and after, and that fails as it is told. */
function scheduled(inner: Store, s: fc.Scheduler, clock: FakeClock, goes: Readonly<Record<Operation, Goes>>): Store {
  const turn = async <T>(operation: Operation, work: () => T): Promise<T> => {
    const way = goes[operation]
    await s.schedule(Promise.resolve(), `${operation} reaches the store`)
    if (way === 'hangs') return new Promise<T>(() => {})
    if (way === 'rejects') throw new Error('the store is down')
    if (way === 'is late') await new Promise<void>((resolve) => clock.schedule(STORE_TIMEOUT_MS + 1, resolve))
    const value = work()
    await s.schedule(Promise.resolve(), `${operation} comes back`)
    if (way === 'loses') throw new Error('the connection is gone')
    return value
  }
  return {
    capabilities: inner.capabilities,
    get: (key, o) => turn('get', () => inner.get(key, o) as Awaited<ReturnType<Store['get']>>),
    set: (key, value, o) => turn('set', () => inner.set(key, value, o) as Awaited<ReturnType<Store['set']>>),
    delete: (key, o) => turn('delete', () => inner.delete(key, o) as boolean),
    close: () => inner.close?.(),
    ...(inner.lease && { lease: inner.lease }),
    ...(inner.log && { log: inner.log }),
  }
}

const STORE_TIMEOUT_MS = 50

/** In turns of a store's time: what nobody waits for may take twenty, and some of that comes after something else. */
const LONGEST_WAIT_TURNS = 100

/** What a script is played on: the memory store itself, one that answers later, or one that fails too. */
type StoreKind = 'at once' | 'later' | 'failing'

/** How long a store may take by the cache's clock: the scheduler's turns take no time, and other acts do. */
const PATIENCE: Readonly<Record<StoreKind, number>> = {
  'at once': STORE_TIMEOUT_MS,
  later: 1_000_000,
  failing: STORE_TIMEOUT_MS,
}

type Stage = History & {
  readonly cache: RenderCache
  readonly clock: FakeClock
  readonly goes: Record<Operation, Goes>
}

/** Runs a script under one order of completions and gives back what happened. */
async function play(script: readonly Act[], s: fc.Scheduler, kind: StoreKind): Promise<Stage> {
  const stage = open(s, kind)
  await perform(script, stage, s)
  if (kind === 'failing') await outwait(stage, s)
  return stage
}

/** The same, where both pages are kept for errors alone when it begins. */
function onOldPages(options: RenderCacheOptions = {}): typeof play {
  return async (script, s, kind) => {
    const stage = open(s, kind, { staleWhileRevalidate: 0, ...options })
    const requests = PATHS.map((path): Act => ({ kind: 'request', path, ends: 'page' }))
    await perform(requests, stage, s)
    await perform([{ kind: 'advance', ms: 61_000 }], stage, s)
    await perform(script, stage, s)
    if (kind === 'failing') await outwait(stage, s)
    return stage
  }
}

/** Renders wait for each other. */
const IN_TURN: RenderCacheOptions = { admission: { concurrency: 1 } }

function open(s: fc.Scheduler, kind: StoreKind, options: RenderCacheOptions = {}): Stage {
  const clock = fakeClock()
  const memory = memoryStore({ clock })
  const goes: Stage['goes'] = { get: 'well', set: 'well', delete: 'well' }
  const cache = createRenderCache({
    clock,
    store: kind === 'at once' ? memory : scheduled(memory, s, clock, goes),
    storeTimeoutMs: PATIENCE[kind],
    routes: [{ match: '/:page', tags: ({ page }) => [`known:${page}`] }],
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    ...options,
  })
  return Object.assign(new History(), { cache, clock, goes })
}

/** All of these, in whatever order, until nothing more happens without time passing. */
async function perform(acts: readonly Act[], stage: Stage, s: fc.Scheduler): Promise<void> {
  for (const act of acts) void s.schedule(Promise.resolve(), JSON.stringify(act)).then(() => performOne(act, stage, s))
  await s.waitIdle()
  await stage.clock.advanceAsync(0)
}

/** Nobody asks any more: what waits for the store waits until its time is over, and goes on. */
async function outwait(stage: Stage, s: fc.Scheduler): Promise<void> {
  for (let turn = 0; turn < LONGEST_WAIT_TURNS && isBusy(stage); turn++) await aWhile(stage, s)
  await aWhile(stage, s) // what the store does late, it has done
}

async function aWhile({ clock }: Stage, s: fc.Scheduler): Promise<void> {
  await clock.advanceAsync(STORE_TIMEOUT_MS + 1)
  await s.waitIdle()
  await clock.advanceAsync(0)
}

function isBusy({ waiting, cache }: Stage): boolean {
  const { flights, background } = cache.stats()
  return waiting + flights + background > 0
}

async function performOne(act: Act, history: Stage, s: fc.Scheduler): Promise<void> {
  if (act.kind === 'advance') return history.clock.advance(act.ms)
  if (act.kind === 'store') {
    history.goes[act.operation] = act.goes
    return
  }
  if (act.kind === 'request') return request(act, history, s)
  const said = {
    url: { urls: [act.path] },
    'known-tag': { tags: [`known:${act.path.slice(1)}`] },
    'found-tag': { tags: [`found:${act.path}`] },
    all: { all: true },
  } as const
  await history.cache[act.kind](said[act.by])
  history.removals.push({ hard: act.kind === 'purge', path: act.by === 'all' ? 'all' : act.path, at: history.next() })
}

async function request(
  { path, ends }: Extract<Act, { kind: 'request' }>,
  history: History & { cache: RenderCache },
  s: fc.Scheduler,
): Promise<void> {
  const arrivedAt = history.next()
  history.waiting++
  const answered = await history.cache
    .handle({ url: `http://shop.example${path}` }, (input) => render({ path, ends }, input, history, s))
    .catch(() => undefined)
  const field = (name: string): string => answered?.fields.find(([known]) => known === name)?.[1] ?? ''
  const isPage = answered?.status === 200
  history.waiting--
  history.visits.push({
    path,
    arrivedAt,
    answeredAt: history.next(),
    body: isPage ? await answered.text() : undefined,
    isStale: field('cache-status').includes('; hit') && field('cache-status').includes('detail='),
    sharedMaxAge: Number(/s-maxage=(\d+)/.exec(field('cache-control'))?.[1] ?? 0),
  })
}

async function render(
  { path, ends }: Pick<Extract<Act, { kind: 'request' }>, 'path' | 'ends'>,
  { signal, previous }: HandlerInput,
  history: History,
  s: fc.Scheduler,
): Promise<Response> {
  const mine: Render = {
    id: history.renders.length + 1,
    path,
    ends,
    startedAt: history.next(),
    endedAt: Number.POSITIVE_INFINITY,
  }
  history.renders.push(mine)
  const before = previous && { body: JSON.parse(previous.etag ?? ''), startedAt: mine.startedAt }
  if (before !== undefined) history.told.push(before)
  const ended = (): void => {
    mine.endedAt = Math.min(mine.endedAt, history.next())
  }
  signal.addEventListener('abort', ended)
  await s.schedule(Promise.resolve(), `render ${mine.id} of ${path}`)
  ended()
  if (ends === 'throw') throw new Error('the app is down')
  // Only now, when it has read its data, does the page say what it was made from.
  pageContext()?.tag(`found:${path}`)
  if (ends === 'private') pageContext()?.private()
  if (ends === 'not-modified' && before !== undefined) {
    history.vouchings.push(before)
    return new Response(null, { status: 304 })
  }
  const body = `${path}#${mine.id}`
  return new Response(body, { headers: { 'content-type': 'text/html', etag: JSON.stringify(body) } })
}

const path = fc.constantFrom(...PATHS)
const removal = fc.record({
  kind: fc.constantFrom('invalidate' as const, 'purge' as const),
  by: fc.constantFrom('url' as const, 'known-tag' as const, 'found-tag' as const, 'all' as const),
  path,
})
const advance = fc.constantFrom(500, 2_000, 4_000, 11_000, 61_000).map((ms) => ({ kind: 'advance' as const, ms }))
const storeGoes = fc.record({
  kind: fc.constant('store' as const),
  operation: fc.constantFrom(...OPERATIONS),
  goes: fc.constantFrom(...WAYS),
})
const requests = (...ends: End[]): fc.Arbitrary<Act> =>
  fc.record({ kind: fc.constant('request' as const), path, ends: fc.constantFrom(...ends) })
const script = (...acts: fc.Arbitrary<Act>[]): fc.Arbitrary<Act[]> =>
  fc.array(fc.oneof(...acts), { minLength: 2, maxLength: 14, size: 'max' })

interface Trial {
  readonly store: string
  readonly kinds: readonly StoreKind[]
  readonly faults: readonly fc.Arbitrary<Act>[]
  readonly numRuns: number
}

const TRIALS: readonly Trial[] = [
  { store: 'answers', kinds: ['at once', 'later'], faults: [], numRuns: 200 },
  { store: 'fails as it likes', kinds: ['failing'], faults: [storeGoes, storeGoes], numRuns: 100 },
]

describe.each(TRIALS)(
  'visitors all at once, under every order of completions, where the store $store',
  ({ kinds, faults, numRuns }) => {
    const kind = fc.constantFrom(...kinds)

    /** Plays many scripts of these acts, and of the store's faults, and looks at what happened. */
    async function always(
      look: (stage: Stage, acts: readonly Act[]) => unknown,
      ...acts: fc.Arbitrary<Act>[]
    ): Promise<void> {
      await alwaysIn(play, look, ...acts)
    }

    async function alwaysIn(
      playing: typeof play,
      look: (stage: Stage, acts: readonly Act[]) => unknown,
      ...acts: fc.Arbitrary<Act>[]
    ): Promise<void> {
      const property = fc.asyncProperty(script(...acts, ...faults), fc.scheduler(), kind, async (played, s, store) => {
        await look(await playing(played, s, store), played)
      })
      await fc.assert(property, { numRuns })
    }

    test('never see two renders of one page, but for those who came after an invalidation that hits the first (C1, I1, I6)', async () => {
      const acts = [requests('page', 'page', 'throw'), requests('not-modified'), removal]
      await always(expectOneRenderEach, ...acts, advance)
      await alwaysIn(onOldPages(), expectOneRenderEach, ...acts)
    }, 120_000)

    test('never get as fresh what was rendered before an invalidation that they came after, nor at all after a purge (V1–V4, V6, V7, V12, I2, I6)', async () => {
      const acts = [requests('page', 'page', 'page', 'throw'), requests('page', 'not-modified'), removal, advance]
      await always((stage) => stage.visits.map((visit) => expectTrue(visit, stage)), ...acts)
    }, 120_000)

    test('never bring a page back by vouching for it, and are not told of one that was purged before they rendered (V1, V4, V12, I2)', async () => {
      const acts = [requests('not-modified'), requests('not-modified', 'page', 'private'), removal]
      const look = (stage: Stage): void => {
        for (const visit of stage.visits) {
          expectTrue(visit, stage)
          expectNotWaitedFor(visit, stage)
        }
        for (const before of stage.told) expectNotPurged(before, stage)
      }
      await alwaysIn(onOldPages(IN_TURN), look, ...acts)
    }, 120_000)

    test('all settle, get their own page, and leave nothing behind (C1, C2, I6, I13)', async () => {
      const acts = [requests('page', 'throw', 'private'), requests('page', 'not-modified'), removal, advance]
      await always(expectNothingLeft, ...acts)
    }, 120_000)

    test('never get a page that is somebody else’s (C8, I4)', async () => {
      await always(expectOwnPages, requests('page', 'private', 'private'), requests('private'), removal, advance)
    }, 120_000)

    test('all get a page where every render gives one, whatever the store does (I6)', async () => {
      const acts = [requests('page'), requests('page', 'not-modified'), requests('page', 'private'), removal]
      const look = ({ visits }: Stage): void => expect(visits.filter(({ body }) => body === undefined)).toEqual([])
      await always(look, ...acts)
      await alwaysIn(onOldPages(IN_TURN), look, ...acts)
    }, 120_000)
  },
)

describe('visitors all at once, under every order of completions', () => {
  test('never find an older render in the place of a newer one (V6)', async () => {
    const acts = script(requests('page'), requests('page'), removal)
    await fc.assert(
      fc.asyncProperty(acts, fc.scheduler(), async (acts, s) => {
        const history = await play(acts, s, 'at once')
        for (const path of PATHS) {
          const body = await keptBody(history.cache, path)
          const last = Math.max(0, ...history.removalsOf(path).map(({ at }) => at))
          const newer = history.renders.filter((render) => render.path === path && render.startedAt > last)
          if (newer.length > 0) expect(newer.map(({ id }) => `${path}#${id}`)).toContain(body)
        }
      }),
      { numRuns: 1_000 },
    )
  }, 120_000)
})

function expectOneRenderEach(history: History): void {
  for (const second of history.renders) {
    const running = history.renders.filter(
      (first) => first.path === second.path && first.startedAt < second.startedAt && second.startedAt < first.endedAt,
    )
    for (const first of running) expect(isBetween(history, first, second)).toBe(true)
  }
}

async function expectNothingLeft({ visits, renders, cache, clock }: Stage, acts: readonly Act[]): Promise<void> {
  expect(visits).toHaveLength(acts.filter(({ kind }) => kind === 'request').length)
  for (const { body, path } of visits) if (body !== undefined) expect(body.split('#')[0]).toBe(path)
  expect(renders.every(({ endedAt }) => Number.isFinite(endedAt))).toBe(true)
  expect(cache.stats()).toMatchObject({ flights: 0, background: 0, renders: { running: 0, queued: 0 } })
  await cache.close()
  expect(clock.pending).toBe(0)
}

function expectOwnPages(history: History): void {
  const own = history.visits.flatMap(({ body }) =>
    body !== undefined && history.renderOf(body).ends === 'private' ? [body] : [],
  )
  expect(new Set(own).size).toBe(own.length)
}

function isBetween(history: History, first: Render, second: Render): boolean {
  return history.removalsOf(first.path).some(({ at }) => first.startedAt < at && at < second.startedAt)
}

function expectTrue(visit: Visit, history: History): void {
  if (visit.body === undefined) return
  for (const { at, hard } of history.removalsOf(visit.path)) {
    if (at > visit.arrivedAt || trueSince(visit.body, hard, visit.answeredAt, history) > at) continue
    expect({ visit, hard, isAllowed: !hard && visit.isStale && visit.sharedMaxAge <= 10 }).toMatchObject({
      isAllowed: true,
    })
  }
}

/** What was invalidated may be vouched for by a render that began later; what was purged is gone, whoever vouches for it. */
function trueSince(body: string, hard: boolean, answeredAt: number, history: History): number {
  const { startedAt } = history.renderOf(body)
  if (hard) return startedAt
  const later = history.vouchings.filter((one) => one.body === body && one.startedAt < answeredAt)
  return Math.max(startedAt, ...later.map((one) => one.startedAt))
}

/** Whoever waits is not given at the end one of the old pages that was purged since. */
function expectNotWaitedFor({ body, path, arrivedAt, answeredAt }: Visit, history: History): void {
  if (body === undefined || history.renderOf(body).id > PATHS.length) return
  const purges = history.removalsOf(path).filter(({ hard, at }) => hard && arrivedAt < at && at < answeredAt)
  expect({ body, purges }).toEqual({ body, purges: [] })
}

function expectNotPurged(before: Vouching, history: History): void {
  const { path, startedAt } = history.renderOf(before.body)
  const purges = history.removalsOf(path).filter(({ hard, at }) => hard && startedAt < at && at < before.startedAt)
  expect({ before, purges }).toEqual({ before, purges: [] })
}

async function keptBody(cache: RenderCache, path: Path): Promise<string | undefined> {
  const key = cache.key({ url: `http://shop.example${path}` })
  const page = key && (await cache.lookup(key))
  return page?.text()
}
