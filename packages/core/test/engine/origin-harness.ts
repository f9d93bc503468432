import type { HandlerInput, HandlerResponse, Page, RenderCacheOptions } from '@ssr-cache/core'
import type { FakeClock } from '@ssr-cache/core/testing'
import { openShop, request, type Shop, settled } from './harness.ts'

/** What an app of these tests says: all of it, since its own fields decide; or throws. */
export type Said = HandlerResponse | Error

/** Fields by name, and a body. */
export function says(headers: Record<string, string | string[]>, body = 'page', status = 200): HandlerResponse {
  return { status, headers, body }
}

/** An answer with this Cache-Control. */
export function lasting(
  cacheControl: string,
  body = 'page',
  more: Record<string, string | string[]> = {},
): HandlerResponse {
  return says({ 'cache-control': cacheControl, ...more }, body)
}

/** An app behind a cache on which its own fields decide. */
export interface OriginShop {
  readonly shop: Shop
  readonly clock: FakeClock
  /** What the app was asked, in order. */
  readonly asked: Request[]
  /** What the app says from now on: in turn, and the last again and again. */
  answers(...said: readonly Said[]): void
  ask(target?: string, headers?: Record<string, string>, method?: string): Promise<Page>
  /** Lets so many seconds pass. */
  after(seconds: number): Promise<void>
  /** The HTTP-date so many seconds from now. */
  date(seconds?: number): string
}

export function openOrigin(options: RenderCacheOptions = {}, ...said: readonly Said[]): OriginShop {
  const shop = openShop({ freshness: 'origin', ...options })
  const asked: Request[] = []
  let left = [...said]
  const handler = ({ request: sent }: HandlerInput): HandlerResponse => {
    asked.push(sent)
    const answer = left.length > 1 ? left.shift() : left[0]
    if (answer instanceof Error) throw answer
    if (answer === undefined) throw new Error('the app was not told what to answer')
    return answer
  }
  return {
    shop,
    clock: shop.clock,
    asked,
    answers: (...next) => {
      left = [...next]
    },
    ask: (target = '/', headers = {}, method = 'GET') =>
      shop.cache.handle(request(target, { headers, method }), handler),
    after: async (seconds) => {
      await shop.clock.advance(seconds * 1000)
      await settled()
    },
    date: (seconds = 0) => new Date(shop.clock.now() + seconds * 1000).toUTCString(),
  }
}
