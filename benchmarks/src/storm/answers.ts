import { servedFrom } from '../replay/served-from.ts'
import type { Reply } from './shop.ts'

/** What became of a request for a page that is kept. `lost`: it got anything else than that page, or nothing. */
export type HotOutcome = 'hit' | 'stale' | 'lost'

/** What became of a request for a page that nobody has. `refused`: neither a page nor a shell; `lost`: no answer. */
export type ColdOutcome = 'page' | 'shell' | 'refused' | 'lost'

export function hotOutcome({ status, headers }: Pick<Reply, 'status' | 'headers'>): HotOutcome {
  const { way } = servedFrom(fieldOf(headers['cache-status']))
  return status === 200 && (way === 'hit' || way === 'stale') ? way : 'lost'
}

export function coldOutcome(reply: Reply): ColdOutcome {
  if (!isHtml(reply)) return 'refused'
  if (!isRendered(reply)) return 'shell'
  return reply.status === 200 ? 'page' : 'refused'
}

/** Whether a search engine would take the answer for a page, although nothing of it was rendered. */
export function isIndexableShell(reply: Reply): boolean {
  const isTakenForPage = reply.status >= 200 && reply.status < 300
  return isTakenForPage && isHtml(reply) && !isRendered(reply) && !isNoindex(reply)
}

/** By field or element, as Google reads them. */
function isNoindex({ headers, text }: Reply): boolean {
  return (
    /\bnoindex\b/i.test(fieldOf(headers['x-robots-tag']) ?? '') || /<meta name="robots"[^>]*\bnoindex\b/i.test(text)
  )
}

function isHtml({ headers }: Reply): boolean {
  return fieldOf(headers['content-type'])?.startsWith('text/html') === true
}

/** Every page that the storefront renders says by which render it was made. */
function isRendered({ text }: Reply): boolean {
  return text.includes('<meta name="rendered"')
}

/** Several lines of a field are one list (RFC 9110 5.3). */
function fieldOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
