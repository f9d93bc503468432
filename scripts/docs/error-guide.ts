import { once } from 'node:events'
import { createCacheControl } from '../../packages/core/src/cache-control/index.ts'
import type { ErrorCode } from '../../packages/core/src/errors.ts'
import { createRenderCache, memoryStore, type RenderCache } from '../../packages/core/src/index.ts'
import { createPathMapper } from '../../packages/core/src/path/index.ts'
import { decodeEntry } from '../../packages/core/src/store/entry-codec.ts'
import { fakeClock, faultyStore } from '../../packages/core/src/testing/index.ts'

/** What a reader who has met an error should do, and a way to meet it. */
export interface ErrorGuide {
  readonly todo: string
  /** Throws or rejects with an error of this code. */
  readonly provoke: () => unknown
}

const REQUEST = new Request('https://shop.example/movies/42')

/** Every code, or this does not compile. */
export const ERROR_GUIDE: Readonly<Record<ErrorCode, ErrorGuide>> = {
  ERR_SSR_CACHE_OPTION: {
    todo: 'Correct the option that the message names; its last sentence says how. It is thrown while the app starts, or by the call that was given the option (`invalidate`, `pageContext()`), never by a visitor’s request.',
    provoke: () => createRenderCache({ maxAge: '60s' as unknown as number }), // as untyped code would
  },
  ERR_SSR_CACHE_REQUEST: {
    todo: 'Hand `handle`, `key` and `explain` a `Request`, or an object with an absolute `url`; hand `lookup` what `key` gave. Visitors cannot cause it.',
    provoke: () => quiet().handle({ url: '/movies/42' }, () => new Response()),
  },
  ERR_SSR_CACHE_CACHE_CONTROL: {
    todo: 'Leave out one of the directives that the message names. No cache could obey both.',
    provoke: () => createCacheControl({ private: true, sMaxAge: 60 }),
  },
  ERR_SSR_CACHE_PATH: {
    todo: 'Serve this URL without a file: it is malformed, of another site, or too long for one. For a path: hand in one that `toPath` gave.',
    provoke: () => createPathMapper({ origin: 'https://shop.example' }).toPath('https://other.example/'),
  },
  ERR_SSR_CACHE_LAYOUT: {
    todo: 'Create the mappers of writer and reader with the same options and the same version of `@ssr-cache/core`, or write the pages into a new folder.',
    provoke: () => createPathMapper().checkStamp(createPathMapper({ extension: '.htm' }).stamp),
  },
  ERR_SSR_CACHE_ENTRY: {
    todo: 'In a store of your own: catch it, and answer that there is no page. The next render writes it anew. If it comes often, something else writes to the same keys.',
    provoke: () => decodeEntry(new TextEncoder().encode('another program’s value'), 'key'),
  },
  ERR_SSR_CACHE_STORE: {
    todo: 'Call it again when the store answers: it may have been carried out or not, and twice does no harm. `cause` holds the store’s own error. Pages never fail because of the store; for them its errors are events (`store-error`).',
    provoke: () => unreachable().invalidate({ tags: ['movie:42'] }),
  },
  ERR_SSR_CACHE_RENDER: {
    todo: 'Find out what the render returned, or why its response was closed before it was ended; `cause` holds the error that did it, if there was one.',
    provoke: () => quiet().handle(REQUEST, () => ({ html: '<p>' }) as never), // as untyped code would
  },
  ERR_SSR_CACHE_VALUE: {
    todo: 'Have the load give data: what `structuredClone` copies, which functions are not. Where the message tells of a circle, load what both need in a value of its own.',
    provoke: () => quiet().value('menu', {}, () => () => 'no data'),
  },
  ERR_SSR_CACHE_DEADLINE: {
    todo: 'Find out what the render waits for, and give that a time limit of its own. The error is the reason of the render’s `signal`, which is worth handing on to what the render calls, and the `error` of the event `failure`; visitors have had a stale page or a 503 by then. Raise `admission.deadlineMs` only if such renders are worth waiting for.',
    provoke: pastDeadline,
  },
  ERR_SSR_CACHE_CLOSED: {
    todo: 'Close the server first, and the cache when the server has closed (see [Clean shutdown](../README.md#clean-shutdown)).',
    provoke: async () => {
      const cache = quiet()
      await cache.close()
      await cache.invalidate({ all: true })
    },
  },
}

function quiet(): RenderCache {
  return createRenderCache({ logger: { debug() {}, info() {}, warn() {}, error() {} } })
}

function unreachable(): RenderCache {
  return createRenderCache({ store: faultyStore(memoryStore(), { faults: { append: { kind: 'reject' } } }) })
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** A render that never ends. Its visitor has had a 503 by then; listeners are told. */
async function pastDeadline(): Promise<never> {
  const clock = fakeClock()
  const cache = createRenderCache({ clock, logger: SILENT, admission: { deadlineMs: 10_000 } })
  const failed = once(cache.events, 'failure')
  const begun = Promise.withResolvers<void>()
  const page = cache.handle(REQUEST, () => {
    begun.resolve()
    return new Promise(() => {})
  })
  await begun.promise
  clock.advance(10_000)
  await page
  const [{ error }] = await failed
  throw error
}
