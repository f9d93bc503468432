import { createRenderCache, type RenderCache, type RenderCacheOptions } from '@ssr-cache/core'
import { directorTag, genreTag, listingTag } from '../contract/tags.ts'

export interface StorefrontCacheOptions {
  /** Names that the shop answers to, with their port where it is not the scheme's own. */
  readonly hosts: readonly string[]
  /** Pages link to the assets of their own build, so builds are kept apart. */
  readonly buildId: string
  /** Whoever knows it is told why their request is no hit; `undefined`: nobody is. */
  readonly adminSecret: string | undefined
  /** By which browsers make a page that cannot be rendered in time: what build.ts has written. */
  readonly shell: URL
  /** Among processes that share what they keep: where, how long a request waits for it, and who hears of trouble. */
  readonly shared: Pick<RenderCacheOptions, 'store' | 'storeTimeoutMs' | 'logger' | 'downstream' | 'admission'>
}

/** How long each kind of page lives, and what it is listed under. Films name themselves where they are shown: see ui/shown-film.ts. */
export function createStorefrontCache(options: StorefrontCacheOptions): RenderCache {
  const { hosts, buildId, adminSecret, shell, shared } = options
  // Whoever is signed in shares these pages too: what is personal on them is added by the browser, from the browser's own storage.
  const session = 'anonymous'
  return createRenderCache({
    hosts,
    build: { id: buildId },
    ...(adminSecret !== undefined && { admin: { secret: adminSecret } }),
    ...shared,
    admission: {
      // What the API lets us render in a second, or so: a browser that is given the shell has made the page by itself sooner than a longer queue ends.
      queueLimit: 40,
      ...shared.admission,
      // Not for errors: where the API fails, it fails for browsers, too.
      fallback: { shell, onError: false },
    },
    maxAge: 60,
    staleWhileRevalidate: 600,
    staleIfError: 86_400,
    routes: [
      { match: '/account/*rest', cache: false },
      { match: '/login', cache: false },
      { match: '/', session, tags: [listingTag('home')] },
      { match: '/movies/:slug', session, maxAge: 300 },
      { match: '/directors/:slug', session, maxAge: 300, tags: ({ slug }) => [directorTag(String(slug))] },
      { match: '/genres/:slug', session, maxAge: 300, tags: ({ slug }) => [genreTag(String(slug))] },
      { match: '/search', session, tags: [listingTag('search')] },
    ],
  })
}

/** One line on the terminal for every render and every invalidation. Hits print nothing: that is the point of them. `name`: of this process, among others. */
export function logRenders(cache: RenderCache, name: string | undefined): void {
  const by = name === undefined ? '' : `${name}  `
  cache.events.on('render', ({ url, outcome, reason, background, durationMs }) => {
    const why = reason === undefined ? outcome : `${outcome}, ${reason}`
    console.log(`${by}rendered ${url} in ${Math.round(durationMs)} ms${background ? ' in the background' : ''}: ${why}`)
  })
  cache.events.on('invalidate', ({ targets, hard }) => {
    const named = targets.map((target) => (target.kind === 'tag' ? target.tag : target.kind))
    console.log(`${by}${hard ? 'purged' : 'invalidated'} ${named.join(' ')}`)
  })
}
