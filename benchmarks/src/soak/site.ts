import {
  createRenderCache,
  type HandlerInput,
  type HandlerResponse,
  type MemoryStore,
  memoryStore,
  type RenderCache,
} from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { productTag } from './traffic.ts'

/** What bounds the cache under soak: the store by its option, the rest by figures of its own, which the docs name. */
export const BOUNDS = Object.freeze({
  /** The option `maxBytes` of the store. */
  storeBytes: 64 * 1024 ** 2,
  /** Variants of URLs that are remembered: 16 MiB, of which each takes a thousand bytes and more. */
  variants: 16_777,
  /** Hosts at a time where the app names none. */
  hosts: 16,
  /** Targets of the invalidation index. */
  targets: 100_000,
  /** Keys that rest. */
  resting: 10_000,
})

/** The site under soak: a cache with a bounded store, on a clock of its own, and renders that cost next to nothing. */
export interface Site {
  readonly clock: FakeClock
  readonly store: MemoryStore
  readonly cache: RenderCache
  readonly render: (input: HandlerInput) => HandlerResponse
}

export function soakSite(): Site {
  const clock = fakeClock()
  const store = memoryStore({ maxBytes: BOUNDS.storeBytes, clock })
  const cache = createRenderCache({
    store,
    clock,
    maxAge: 120,
    key: { cookies: ['currency'] },
    routes: [{ match: '/products/:id', tags: ({ id }) => [productTag(String(id).split('-', 1)[0] ?? '')] }],
    logger: SILENT,
  })
  return { clock, store, cache, render }
}

const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }

const HTML = { 'content-type': 'text/html; charset=utf-8' }
const FILLER = '<li>an item of a list that every page has</li>\n'.repeat(80)

function render({ request }: HandlerInput): HandlerResponse {
  const { pathname } = new URL(request.url)
  const body = `<!doctype html><title>${pathname}</title>${FILLER}`
  if (pathname.startsWith('/lost/')) return { status: 404, headers: HTML, body: `<!doctype html><title>${pathname}` }
  if (pathname.startsWith('/broken/')) return { status: 500, headers: HTML, body: 'out of order' }
  if (pathname.startsWith('/baskets/')) return { headers: { ...HTML, 'set-cookie': 'basket=1' }, body }
  return { headers: HTML, body }
}
