import type { RenderCache } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'

// While the page is rendered, wherever its data are loaded:
// #region tag
export function showMovie(id: number): void {
  pageContext()?.tag({ class: 'movie', id }, 'prices')
}
// #endregion

export async function onEdit(cache: RenderCache, id: number): Promise<void> {
  // #region invalidate
  // Stale at once: each page is served once more while it is rendered anew.
  await cache.invalidate({ tags: [{ class: 'movie', id }] })
  // Every page with any movie on it.
  await cache.invalidate({ tags: [{ class: 'movie' }] })
  // Exactly this URL, all its variants: /genres/drama?page=2 is another.
  await cache.invalidate({ urls: ['/genres/drama'] })
  // /genres, /genres/ and everything below, with any query.
  await cache.invalidate({ prefix: '/genres/' })
  // Replicas of the database are up to 5 s late: what is rendered until then is kept for the grace only.
  await cache.invalidate({ tags: ['prices'], settleMs: 5_000 })
  // Gone at once: not served again, even if the app is down.
  await cache.purge({ urls: [`https://shop.example/movies/${id}`] })
  await cache.purge({ all: true })
  // #endregion
}
