import type { Served } from './front.ts'

/** Which process served which page, and whether it was kept; `undefined` for what is no page. */
export function servedLine({ node, method, url, answer }: Served): string | undefined {
  if (!String(answer.headers['content-type']).startsWith('text/html')) return undefined
  const cacheStatus = String(answer.headers['cache-status'] ?? '').replace(/^ssr-cache; /, '')
  return `${node.name}  served    ${method} ${url}  ${answer.status}  ${cacheStatus}`.trimEnd()
}
