import { pageContext } from '@ssr-cache/core'
import { type Answer, html, type Seen } from '../http-suite/app.ts'

const DATA_HEADERS = ['rsc', 'x-inertia', 'next-router-prefetch'] as const

/** Believes all that it is told, and shows it: the app that an attacker on a cache would wish for. */
export async function obedientApp(seen: Seen): Promise<Answer> {
  const { method, target, host, headers } = seen
  const all = JSON.stringify([method, target, host, headers, await seen.bodyBytes()])
  const own = ownAnswer(headers, all)
  if (own !== undefined) return own
  pageContext()?.tag(target, headers['cookie'] ?? 'none')
  return html(`<pre>${all}</pre>`, ['link', `<${target}>; rel=canonical`])
}

/** What only somebody who asked in a way of their own is answered. */
function ownAnswer(headers: Seen['headers'], all: string): Answer | undefined {
  if (headers['range'] !== undefined)
    return { ...html(all.slice(0, 9), ['content-range', 'bytes 0-8/99']), status: 206 }
  if (headers['if-none-match'] ?? headers['if-modified-since']) return { status: 304 }
  if (headers['if-match'] ?? headers['if-unmodified-since']) return { ...html(all), status: 412 }
  if (headers['x-http-method-override'] ?? headers['x-method-override']) return html(`<p>deleted ${all}</p>`)
  if (headers['purpose'] ?? headers['sec-purpose'] ?? headers['x-moz']) return { status: 204 }
  const wantsData = DATA_HEADERS.some((name) => headers[name] !== undefined) || headers['accept'] === 'application/json'
  return wantsData ? { fields: [['content-type', 'application/json']], body: all } : undefined
}
