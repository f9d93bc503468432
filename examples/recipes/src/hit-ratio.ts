import type { Explanation, RenderCache, RouteStats } from '@ssr-cache/core'

// #region explain
export function why(cache: RenderCache): Promise<Explanation> {
  const headers = { cookie: 'theme=dark; connect.sid=s%3Aabc' }
  return cache.explain(new Request('https://shop.example/movies/42?utm_source=mail', { headers }))
}
// decision: 'bypass', reason: 'cookie', culprit: 'connect.sid', route: '*', url: 'https://shop.example/movies/42',
// dropped: [{ kind: 'query', name: 'utm_source', why: 'tracking' }, { kind: 'cookie', name: 'theme', why: 'not-in-key' }, …]
// #endregion

// #region stats
export function watch(cache: RenderCache): Readonly<Record<string, RouteStats>> {
  cache.events.on('unshareable', ({ url, reason, culprit }) => console.warn(`${url}: ${reason} ${culprit}`))
  return cache.stats().routes
}
// '*': { answers: { bypass: 1 }, reasons: { cookie: { count: 1, culprits: { 'connect.sid': 1 } } }, renders: 0 }
// #endregion
