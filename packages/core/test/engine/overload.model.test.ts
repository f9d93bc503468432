import { isDeepStrictEqual } from 'node:util'
import type { Page, RouteOptions } from '@ssr-cache/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheStatus, ORIGIN, openShop, type Shop, settled, times } from './harness.ts'
import {
  ALL_GIVEN,
  type Given,
  LIFE,
  LIMITS,
  OverloadModel,
  ROUTES,
  type Strategy,
  type Who,
} from './overload-model.ts'

const CRAWLER = 'Googlebot/2.1 (+http://www.google.com/bot.html)'

/** One who came. */
interface Visitor {
  readonly cameAt: number
  readonly patienceMs: number
  readonly connection: AbortController
  hasLeft: boolean
}

/** What a visitor was answered with, in the model's words. */
async function outcome(page: Page): Promise<string> {
  const { hit, detail, collapsed } = cacheStatus(page)
  const body = await page.text()
  if (hit === true) return detail === undefined ? `hit ${body}` : `old ${body} ${detail}`
  if (detail === 'thrown') return 'failed'
  if (detail !== undefined) return `fallback ${detail}`
  return `${collapsed === true ? 'followed' : 'rendered'} ${body}`
}

/** A whole cache beside its model: whatever is done to the one is done to the other. */
class Scene {
  readonly shop: Shop
  readonly model: OverloadModel
  /** What visitors were given, and how often. */
  readonly given: Map<Given, number>
  readonly #visitors: Visitor[] = []
  readonly #answered = new Map<number, string>()
  /** Renders that are over, by their number. */
  readonly #ended = new Set<number>()
  readonly #late: number[] = []

  constructor(given: Map<Given, number>) {
    this.given = given
    this.shop = openShop({
      maxAge: LIFE.fresh / 1000,
      staleWhileRevalidate: LIFE.stale / 1000,
      staleIfError: LIFE.error / 1000,
      admission: { ...LIMITS, deadlineMs: 3_600_000, fallback: () => '<p>shell' },
      routes: this.#routes(),
    })
    this.model = new OverloadModel(this.shop.clock.now())
  }

  #routes(): RouteOptions[] {
    return ROUTES.flatMap(({ paths, timeoutMs, concurrency, strategy = 'default' }, index): RouteOptions[] => {
      const admission = {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...(concurrency === undefined ? {} : { concurrency }),
      }
      const match = index === 0 ? '/:page' : `${paths[0]?.slice(0, -1)}*rest`
      return [{ match, admission, strategy: strategy === 'season' ? () => this.model.season : strategy }]
    })
  }

  /** Some come at the same instant. */
  async come(path: string, who: Who, count: number): Promise<void> {
    const { overloaded } = this.shop.cache.stats().renders
    for (let i = 0; i < count; i++) {
      const visitor = this.#visitors.length
      this.#visit(visitor, path, who)
      const given = this.model.come({ visitor, path, who, overloaded })
      this.given.set(given, (this.given.get(given) ?? 0) + 1)
    }
    this.model.settle()
    await this.#check()
  }

  #visit(visitor: number, path: string, who: Who): void {
    const { shop, model } = this
    const connection = new AbortController()
    const cameAt = shop.clock.now()
    const patienceMs = model.patienceMs(path, who)
    this.#visitors.push({ cameAt, patienceMs, connection, hasLeft: false })
    const headers: Record<string, string> = who === 'crawler' ? { 'user-agent': CRAWLER } : {}
    const told = (what: string): void => {
      this.#answered.set(visitor, what)
      if (shop.clock.now() - cameAt > patienceMs) this.#late.push(visitor)
    }
    void shop
      .get(path, { headers, signal: connection.signal })
      .then(outcome, () => 'failed')
      .then(told)
  }

  async hangUp(which: number): Promise<void> {
    const visitor = pick(this.model.waiting, which)
    if (visitor === undefined) return
    this.model.hangUp(visitor)
    const { connection } = this.#visitors[visitor] as Visitor // they have come
    Object.assign(this.#visitors[visitor] as Visitor, { hasLeft: true })
    connection.abort()
    await this.#check()
  }

  async end(which: number, wish: 'page' | 'failure'): Promise<void> {
    const flight = pick(this.model.running, which)
    if (flight === undefined) return
    const isPage = wish === 'page' && this.model.mayGiveAPage(flight)
    this.#ended.add(flight.render)
    this.model.end(flight, isPage)
    const render = this.shop.renders.at(flight.render)
    if (isPage) await render.answers(`<p>${flight.render}`)
    else await render.throws(new Error('the app is down'))
    await this.#check()
  }

  async pass(ms: number): Promise<void> {
    await this.tick(ms)
    await this.#check()
  }

  /** Of what is done at different instants, nothing falls due at the same one. */
  async tick(ms = 1): Promise<void> {
    this.model.pass(ms)
    await this.shop.clock.advanceAsync(ms)
  }

  async record(path: string, isHard: boolean): Promise<void> {
    this.model.record(path, isHard)
    await (isHard ? this.shop.cache.purge({ urls: [path] }) : this.shop.cache.invalidate({ urls: [path] }))
    await this.#check()
  }

  turnTo(season: Strategy): void {
    this.model.season = season
  }

  async #check(): Promise<void> {
    await settled()
    const { shop, model } = this
    const answered = new Map([...this.#answered].filter(([visitor]) => !this.#visitors[visitor]?.hasLeft))
    const begun = shop.renders.all.map(({ input }) => input.request.url.slice(ORIGIN.length))
    const { running, lanes } = shop.cache.stats().renders
    same(
      { answered, begun, running, lanes },
      { answered: model.answered, begun: model.begun, running: model.running.length, lanes: model.lanes },
    )
    same({ late: this.#late, over: this.#over(begun) }, { late: [], over: [] })
  }

  /** Caps that are exceeded, whatever the model says. */
  #over(begun: readonly string[]): unknown[] {
    const running = begun.filter((_, render) => !this.#ended.has(render))
    const caps = ROUTES.map(({ paths, concurrency = LIMITS.concurrency, strategy }) => ({
      paths,
      most: strategy === 'always' ? LIMITS.alwaysConcurrency : concurrency,
    }))
    return [{ paths: begun, most: LIMITS.concurrency }, ...caps].filter(
      ({ paths, most }) => running.filter((path) => paths.includes(path)).length > most,
    )
  }

  /** Renders end one by one until nobody waits: everybody has been answered, those who have hung up too, and nothing is left. */
  async finish(): Promise<void> {
    while (this.model.running.length > 0) await this.end(0, 'page')
    expect([...this.#answered.keys()].sort((a, b) => a - b)).toEqual(times(this.#visitors.length, (i) => i))
    const { flights, background, renders } = this.shop.cache.stats()
    expect({ flights, background, ...renders }).toMatchObject({ flights: 0, background: 0, queued: 0, overloaded: [] })
    // Until the memory store has looked for pages that are over.
    await this.tick(3_600_000)
    expect(this.shop.clock.pending).toBe(0)
  }
}

/** What `expect` takes for this is more than all the rest of the test. */
function same(got: unknown, owed: unknown): void {
  if (!isDeepStrictEqual(got, owed)) expect(got).toEqual(owed)
}

function pick<T>(all: readonly T[], which: number): T | undefined {
  return all[which % Math.max(1, all.length)]
}

interface Step {
  act(scene: Scene): unknown
  toString(): string
}

function step(act: Step['act'], said: string): Step {
  return { act, toString: () => said }
}

const which = fc.nat(20)
// Most of what waits for nobody at first is on the route whose people do not wait.
const path = fc.oneof(
  ...ROUTES.map(({ paths, timeoutMs }) => ({ weight: timeoutMs === 0 ? 3 : 1, arbitrary: fc.constantFrom(...paths) })),
)
const who = fc.constantFrom<Who>('visitor', 'crawler')
const ms = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((steps) => steps * 100),
  fc.constantFrom(10_000, 20_000, 60_000),
)

const visit = fc
  .tuple(path, who, fc.integer({ min: 1, max: 3 }))
  .map(([at, one, count]) => step((scene) => scene.come(at, one, count), `${count} × ${one} ${at}`))
const end = fc
  .tuple(which, fc.constantFrom<'page' | 'failure'>('page', 'page', 'page', 'failure'))
  .map(([n, wish]) => step((scene) => scene.end(n, wish), `end(${n}, ${wish})`))
const pass = ms.map((span) => step((scene) => scene.pass(span), `pass(${span})`))
const leave = which.map((n) => step((scene) => scene.hangUp(n), `hangUp(${n})`))
const record = fc
  .tuple(path, fc.boolean())
  .map(([at, isHard]) => step((scene) => scene.record(at, isHard), `${isHard ? 'purge' : 'invalidate'}(${at})`))
const season = fc
  .constantFrom<Strategy>('default', 'always', 'never')
  .map((to) => step((scene) => scene.turnTo(to), `season(${to})`))

const script = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: visit },
    { weight: 6, arbitrary: end },
    { weight: 4, arbitrary: pass },
    { weight: 4, arbitrary: leave },
    { weight: 1, arbitrary: record },
    { weight: 1, arbitrary: season },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
)

const RUNS = Number(process.env['OVERLOAD_RUNS'] ?? 300)

describe('the order of overload in a whole cache, against lists that are looked through', () => {
  test('whoever comes is given the first that there is, and whoever waits is answered in time: never above a cap, people first, nobody lost (I8, I9; O1, O2, O3, O6, O7, S14, C5, C9)', async () => {
    const given = new Map<Given, number>()
    const property = fc.asyncProperty(script, async (steps) => {
      const scene = new Scene(given)
      for (const each of steps) {
        await scene.tick()
        await each.act(scene)
      }
      await scene.finish()
    })
    await fc.assert(property, { numRuns: RUNS })
    // Otherwise it would show nothing.
    for (const each of ALL_GIVEN) expect([each, (given.get(each) ?? 0) > RUNS / 10]).toEqual([each, true])
  })
})
