import type { RenderCache } from '@ssr-cache/core'
import { fetchFrom, type NodeApp } from '@ssr-cache/core/node'

const origin = 'https://shop.example'

// #region start
/** Before the server listens: the pages that were asked for most, as the last process left them. */
export async function warmAtStart(cache: RenderCache, app: NodeApp, hottest: readonly string[]): Promise<void> {
  const through = fetchFrom(app)
  const { rendered, problems } = await cache.warm(hottest, {
    origin,
    through,
    onProgress: ({ done, total }) => console.log(`asked ${done} of ${total}`),
    signal: AbortSignal.timeout(20_000),
  })
  console.log(`${rendered} rendered`, problems)
}
// #endregion

// #region again
export async function purgeAll(cache: RenderCache, app: NodeApp): Promise<void> {
  const hottest = cache.hottest(100, { origin })
  await cache.purge({ all: true })
  // Renders of a warm-up wait behind those of visitors.
  await cache.warm(hottest, { origin, through: fetchFrom(app) })
}
// #endregion
