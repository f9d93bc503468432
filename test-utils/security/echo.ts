import { AsyncLocalStorage } from 'node:async_hooks'
import { pageContext } from '@ssr-cache/core'
import { type Answer, html } from '../http-suite/app.ts'
import { reachableText } from '../reachable-text.ts'

/** What code above the cache keeps for the visitor of the moment. */
export const visitors: AsyncLocalStorage<unknown> = new AsyncLocalStorage()

/** A page that prints whatever its renderer can reach from what it is given, and has what it finds of markers in header fields, too. */
export function echo(...given: readonly unknown[]): Answer {
  const all = reachableText(...given, pageContext(), visitors.getStore())
  const found = all.match(/leak\d+x/gi)?.join(' ') ?? 'nothing'
  return html(`<pre>${all}</pre>`, ['x-echo', found], ['link', `</${found}>; rel=preload`])
}
