import { createRenderCache, type KeyOptions, memoryStore, type RenderCache, type Store } from '@ssr-cache/core'

/** The one host of all parts that need no server. */
export const HOST = 'shop.example'

/** A rendered page of exactly 30 KB (30 × 1,024 bytes of ASCII). */
export const PAGE: string = page(30 * 1024)

function page(bytes: number): string {
  const head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title></head><body>\n'
  const end = '</body></html>\n'
  const card = '<article class="card"><h2>A product</h2><p>In stock, delivered tomorrow.</p></article>\n'
  const room = bytes - head.length - end.length
  return head + card.repeat(Math.ceil(room / card.length)).slice(0, room) + end
}

/** Target of the page with this number, as a link on the site spells it. */
export function targetOf(id: number): string {
  return `/products/${id}/a-product-with-a-name?color=blue&page=${1 + (id % 9)}`
}

/** The one page that servers are asked for. */
export const HOT_PATH = '/products/7/a-product-with-a-name?color=blue&page=2'

/** Pages that the micro benchmarks go round: more than any one-entry memo would cover, as few as one shop's hot pages. */
export const HOT_PAGES = 100

/** A cache that holds the hot pages, fresh for longer than any run, as a visitor with this cookie is shown them. */
export async function warmCache(key: KeyOptions = {}, cookie = '', store: Store = memoryStore()): Promise<RenderCache> {
  // Whatever a store takes on a busy machine: a budget that is used up would be a miss, and measure something else.
  const cache = createRenderCache({ hosts: [HOST], maxAge: 86_400, key, store, storeTimeoutMs: 10_000 })
  const handler = () => new Response(PAGE, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  for (let id = 0; id < HOT_PAGES; id++) {
    await cache.handle({ url: `https://${HOST}${targetOf(id)}`, headers: { cookie } }, handler)
  }
  return cache
}

/** 0, 1, … `HOT_PAGES` − 1, and again. */
export function goingRound(): () => number {
  let id = -1
  return () => {
    id = id + 1 === HOT_PAGES ? 0 : id + 1
    return id
  }
}
