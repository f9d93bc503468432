import { createRenderCache, memoryStore, pageContext, type RenderCache } from '@ssr-cache/core'
import { type FakeClock, type FaultyStore, fakeClock, faultyStore } from '@ssr-cache/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Asked, type Behaviour, LIFE, NaiveModel, type Owed, tagsOf } from './naive-model.ts'

const PATHS = ['/a', '/a/1', '/a/2', '/b', '/ab'] as const

/** The cache with everything around it that a command moves. */
interface Real {
  readonly cache: RenderCache
  readonly clock: FakeClock
  readonly store: FaultyStore
  /** What each visitor got, of those who were answered. */
  readonly answered: Map<number, Owed>
  renders: number
}

function makeReal(): Real {
  const clock = fakeClock(0)
  const store = faultyStore(memoryStore({ clock }))
  const seconds = (ms: number): number => ms / 1000
  const cache = createRenderCache({
    clock,
    store,
    maxAge: seconds(LIFE.fresh),
    staleWhileRevalidate: seconds(LIFE.stale),
    staleIfError: seconds(LIFE.error),
    admission: { timeoutMs: LIFE.patience },
    routes: [{ match: '/*rest', tags: ({ rest }) => [`section:${[rest].flat()[0]}`] }],
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  })
  return { cache, clock, store, answered: new Map(), renders: 0 }
}

function response(behaviour: Behaviour, body: string): Response {
  const headers = { 'content-type': 'text/html' }
  switch (behaviour) {
    case 'throw':
      throw new Error('the app is down')
    case 'error':
      return new Response('trouble', { status: 500, headers })
    case 'not-modified':
      return new Response(null, { status: 304 })
    case 'empty':
      return new Response('', { headers })
    case 'not-found':
      return new Response(body, { status: 404, headers })
    case 'private':
      pageContext()?.private()
      return new Response(body, { headers })
    case 'page':
      return new Response(body, { headers })
  }
}

/** Asks the real cache, and notes what it gave, in the model's words, when it does. */
async function ask(real: Real, { visitor, path, behaviour, takesMs }: Asked): Promise<void> {
  const { cache, clock, answered } = real
  let renders: Owed['renders'] = 0
  const page = await cache
    .handle({ url: `http://shop.example${path}` }, async () => {
      renders = 1
      const body = `${path} #${++real.renders}`
      if (takesMs > 0) await new Promise<void>((resolve) => clock.schedule(takesMs, resolve))
      pageContext()?.tag(`page:${path}`)
      return response(behaviour, body)
    })
    .catch(() => undefined)
  const cacheControl = page?.fields.find(([name]) => name === 'cache-control')?.[1] ?? ''
  const shared = /s-maxage=(\d+)/.exec(cacheControl)?.[1]
  const failed = page === undefined || page.status >= 500
  const body = failed ? undefined : await page.text()
  answered.set(visitor, { body, sharedMaxAge: shared === undefined ? undefined : Number(shared), renders })
}

/** After each command both have answered the same visitors with the same. */
async function compare(model: NaiveModel, real: Real): Promise<void> {
  await real.clock.advanceAsync(0)
  expect(new Map([...real.answered].sort(byVisitor))).toEqual(new Map([...model.answered].sort(byVisitor)))
}

const byVisitor = ([one]: [number, Owed], [other]: [number, Owed]): number => one - other

type Command = fc.AsyncCommand<NaiveModel, Real>

class Request implements Command {
  readonly path: string
  readonly behaviour: Behaviour
  readonly takesMs: number

  constructor(path: string, behaviour: Behaviour, takesMs: number) {
    this.path = path
    this.behaviour = behaviour
    this.takesMs = takesMs
  }

  check = (model: Readonly<NaiveModel>): boolean => this.takesMs === 0 || model.knowsSlow(this.path, this.behaviour)

  async run(model: NaiveModel, real: Real): Promise<void> {
    const { path, behaviour, takesMs } = this
    const asked = { visitor: model.nextVisitor(), path, behaviour, takesMs }
    model.request(asked)
    void ask(real, asked)
    await compare(model, real)
  }

  toString = (): string => `request(${this.path}, ${this.behaviour}${this.takesMs > 0 ? `, ${this.takesMs} ms` : ''})`
}

class Advance implements Command {
  readonly ms: number

  constructor(ms: number) {
    this.ms = ms
  }

  check = (): boolean => true

  async run(model: NaiveModel, real: Real): Promise<void> {
    model.advance(this.ms)
    await real.clock.advanceAsync(this.ms)
    await compare(model, real)
  }

  toString = (): string => `advance(${this.ms})`
}

/** What an invalidation or purge names, for the cache and for the model. */
interface What {
  readonly said: Parameters<RenderCache['purge']>[0]
  readonly names: (path: string, tags: readonly string[]) => boolean
}

class Invalidate implements Command {
  readonly what: What
  readonly hard: boolean

  constructor(what: What, hard: boolean) {
    this.what = what
    this.hard = hard
  }

  check = (model: Readonly<NaiveModel>): boolean => !model.isRendering(this.what.names)

  async run(model: NaiveModel, real: Real): Promise<void> {
    const { said, names } = this.what
    if (this.hard) model.purge(names, 'urls' in said || 'all' in said)
    else model.invalidate(names)
    await (this.hard ? real.cache.purge(said) : real.cache.invalidate(said))
  }

  toString = (): string => `${this.hard ? 'purge' : 'invalidate'}(${JSON.stringify(this.what.said)})`
}

const ELSEWHERE = 'http://shop.example/elsewhere'
const FAILURES_TO_OPEN = 5
const OPEN_MS = 1_000

class BreakStore implements Command {
  readonly down: boolean

  constructor(down: boolean) {
    this.down = down
  }

  check = (model: Readonly<NaiveModel>): boolean => model.storeIsDown !== this.down

  /** What the first calls to a store that has gone come to is told by tests of its circuit: here it is found out at once, and found back a second later. */
  async run(model: NaiveModel, real: Real): Promise<void> {
    const fault = this.down ? ({ kind: 'reject' } as const) : undefined
    Object.assign(real.store.faults, { get: fault, set: fault, delete: fault })
    if (!this.down) await new Advance(OPEN_MS).run(model, real)
    for (let i = 0; i < (this.down ? FAILURES_TO_OPEN : 1); i++) await real.cache.explain({ url: ELSEWHERE })
    expect(real.cache.stats().store.get).toBe(this.down ? 'open' : 'closed')
    model.storeIsDown = this.down
  }

  toString = (): string => (this.down ? 'store down' : 'store up')
}

// Most of the script is about one page, so that its states follow on each other.
const path = fc.constantFrom('/a', '/a', '/a', ...PATHS)
const behaviour = fc.constantFrom<Behaviour>(
  'page',
  'page',
  'page',
  'not-modified',
  'not-modified',
  'not-found',
  'private',
  'empty',
  'throw',
  'error',
)
const what = fc.oneof(
  path.map((url): What => ({ said: { urls: [url] }, names: (other) => other === url })),
  path.map((url): What => ({ said: { tags: [`page:${url}`] }, names: (_, tags) => tags.includes(`page:${url}`) })),
  fc.constant<What>({ said: { tags: ['section:a'] }, names: (_, tags) => tags.includes('section:a') }),
  fc.constant<What>({ said: { prefix: '/a' }, names: (other) => other === '/a' || other.startsWith('/a/') }),
  fc.constant<What>({ said: { all: true }, names: () => true }),
)
// Round figures meet the ends of windows; odd ones fall between.
const ms = fc.oneof(fc.constantFrom(999, 3_000, 10_000, 60_000, 120_000, 180_000), fc.integer({ min: 1, max: 200_000 }))

// Shorter and longer than a visitor waits, than the grace, and than two.
const takesMs = fc.oneof(fc.constantFrom(1, 4_999, 5_000, 10_000, 20_000), fc.integer({ min: 1, max: 30_000 }))
const soon = fc.oneof(fc.constantFrom(1, 999, 5_000, 10_000), fc.integer({ min: 1, max: 12_000 }))

const commands = fc.commands(
  [
    fc.tuple(path, behaviour).map(([at, how]) => new Request(at, how, 0)),
    fc.tuple(path, behaviour).map(([at, how]) => new Request(at, how, 0)),
    fc.tuple(path, behaviour, takesMs).map(([at, how, span]) => new Request(at, how, span)),
    ms.map((span) => new Advance(span)),
    soon.map((span) => new Advance(span)),
    fc.tuple(what, fc.boolean()).map(([target, hard]) => new Invalidate(target, hard)),
    fc.boolean().map((down) => new BreakStore(down)),
  ],
  { maxCommands: 40, size: 'max' },
)

describe('visitors one after another', () => {
  test('get exactly what a Map and a loop would give them, at once or when a slow render ends or their patience does (R2, R4, R13, R15, R16, R20, R31, R32; C1, S2, S3, S4, S6, S9, S10, V12; I4, I5, I6)', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (script) => {
        await fc.asyncModelRun(() => ({ model: new NaiveModel(), real: makeReal() }), script)
      }),
      { numRuns: 600 },
    )
  }, 120_000)

  test('the model tags pages as the app does', () => {
    expect(tagsOf('/a/1')).toEqual(['section:a', 'page:/a/1'])
  })
})
