import {
  createRenderCache,
  type Handler,
  type HandlerInput,
  type HandlerResponse,
  type Logger,
  memoryStore,
  type Page,
  type RenderCache,
  type RenderCacheEvents,
  type RenderCacheOptions,
} from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { parseList, Token } from 'structured-headers'

/** A page as a handler gives it. */
export function html(body: string, headers: Record<string, string | string[]> = {}, status = 200): HandlerResponse {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body }
}

/** A render that runs until the test ends it. */
export class Render {
  readonly input: HandlerInput
  readonly response: Promise<HandlerResponse>
  readonly #settle: PromiseWithResolvers<HandlerResponse>

  constructor(input: HandlerInput) {
    this.input = input
    this.#settle = Promise.withResolvers()
    this.response = this.#settle.promise
  }

  /** Ends it, and lets everything that follows happen. */
  async answers(response: string | HandlerResponse): Promise<void> {
    this.#settle.resolve(typeof response === 'string' ? html(response) : response)
    await settled()
  }

  async throws(error: unknown): Promise<void> {
    this.#settle.reject(error)
    await settled()
  }
}

/** A handler whose renders are counted, and end when the test says so. */
export class Renders {
  readonly all: Render[] = []

  readonly handler: Handler = (input) => {
    const render = new Render(input)
    this.all.push(render)
    return render.response
  }

  get count(): number {
    return this.all.length
  }

  /** The n-th render, from 0. */
  at(index: number): Render {
    const render = this.all[index]
    if (render === undefined) throw new Error(`render ${index} has not begun; there were ${this.count}`)
    return render
  }

  /** The paths of those that have begun, in order. */
  get paths(): readonly string[] {
    return this.all.map(({ input }) => new URL(input.request.url).pathname)
  }

  get last(): Render {
    return this.at(this.count - 1)
  }
}

/** Lets every promise settle that can without time passing: stores, leases and streams take a few turns each. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export const ORIGIN = 'https://shop.example'

type RequestOptions = ConstructorParameters<typeof Request>[1]

/** A visitor's request for a path of the shop. */
export function request(target: string, init?: RequestOptions): Request {
  return new Request(ORIGIN + target, init)
}

/** An event as it was told. */
export type Told = {
  [Name in keyof RenderCacheEvents]: readonly [Name, RenderCacheEvents[Name][0]]
}[keyof RenderCacheEvents]

/** A cache on a clock that stands still, with everything that it told. */
export interface Shop {
  readonly clock: FakeClock
  readonly cache: RenderCache
  readonly renders: Renders
  readonly told: Told[]
  readonly logged: (readonly [level: string, message: string, details: object])[]
  /** Asks for a page. */
  get(target: string, init?: RequestOptions): Promise<Page>
  /** Asks for a page whose render answers at once. */
  render(target: string, response: string | HandlerResponse, init?: RequestOptions): Promise<Page>
  /** The body that is served. */
  body(target: string, init?: RequestOptions): Promise<string>
}

const EVENTS = ['answer', 'render', 'unshareable', 'failure', 'invalidate', 'store-error', 'store-state'] as const

export function openShop(options: RenderCacheOptions = {}): Shop {
  const clock = (options.clock as FakeClock | undefined) ?? fakeClock() // tests hand in no other
  const logged: Shop['logged'] = []
  const cache = createRenderCache({
    clock,
    store: memoryStore({ clock }),
    logger: recorder(logged),
    ...options,
  })
  const told: Told[] = []
  for (const name of EVENTS) cache.events.on(name, (event: unknown) => told.push([name, event] as unknown as Told)) // each name with its own event
  const renders = new Renders()
  const get = (target: string, init?: RequestOptions): Promise<Page> => {
    const page = cache.handle(request(target, init), renders.handler)
    page.catch(() => {}) // tests look at it when they are ready to
    return page
  }
  return {
    clock,
    cache,
    renders,
    told,
    logged,
    get,
    render: (target, response, init) =>
      cache.handle(request(target, init), () => (typeof response === 'string' ? html(response) : response)),
    body: async (target, init) => (await get(target, init)).text(),
  }
}

function recorder(logged: Shop['logged']): Logger {
  const level =
    (name: string) =>
    (details: object, message: string): void => {
      logged.push([name, message, details])
    }
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') }
}

/** The lines of a field, joined. */
export function field({ fields }: Pick<Page, 'fields'>, name: string): string | undefined {
  const lines = fields.filter(([known]) => known === name).map(([, value]) => value)
  return lines.length === 0 ? undefined : lines.join(', ')
}

/** Seconds for which shared caches may keep a page; `undefined` where they may not. */
export function sharedMaxAge(page: Page): number | undefined {
  const seconds = /(?:^|, )s-maxage=([^,]+)/.exec(field(page, 'cache-control') ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/** What Cache-Status says, read by an independent parser. */
export function cacheStatus(page: Page): Readonly<Record<string, unknown>> {
  const [member] = parseList(field(page, 'cache-status') ?? '')
  const [, parameters] = member as [Token, Map<string, unknown>] // an item: no inner list is ever written
  return Object.fromEntries(
    [...parameters].map(([name, value]) => [name, value instanceof Token ? value.toString() : value]),
  )
}

/** How a promise stands, without waiting for it. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  await settled()
  const pending = Symbol('pending')
  return Promise.race([promise, pending]).then(
    (value) => (value === pending ? 'pending' : 'resolved'),
    () => 'rejected',
  )
}

/** `count` of whatever `make` gives. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

/** How many renders have begun in the whole life of the cache. */
export function renderCount({ cache }: Shop): number {
  return Object.values(cache.stats().routes).reduce((sum, { renders }) => sum + renders, 0)
}
