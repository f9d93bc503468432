import { fieldValue } from '../../fields.ts'
import { exchange, type Reply } from '../exchange.ts'
import { shownUrl, Unreachable, unreachable } from '../unreachable.ts'
import { type Explained, readExplained } from './explained.ts'
import type { Inquiry } from './inquiry.ts'

/** An answer that led elsewhere. */
export interface Redirect {
  readonly from: string
  readonly reply: Reply
  readonly to: string
}

/** Everything that came of asking. */
export interface Course {
  /** Where the redirects ended. */
  readonly url: URL
  readonly redirects: readonly Redirect[]
  /** What was sent beside what every browser sends. */
  readonly headers: Readonly<Record<string, string>>
  /** The page, as often as it was asked for; at least once. */
  readonly replies: readonly Reply[]
  /** What the cache said of itself to who knows its secret; `refused` where it did not. */
  readonly explained: Explained | 'refused' | 'unasked'
}

const MOST_REDIRECTS = 5

/**
 * Asks for the page, follows where it leads, asks again, and then for the explanation.
 * @throws Unreachable where anything of it is not answered: half of it would say half the truth.
 */
export async function courseOf(inquiry: Inquiry): Promise<Course> {
  const { redirects, at, reply } = await arrive(inquiry)
  const replies = [reply]
  while (replies.length < inquiry.times) replies.push(await ask(at))
  return { url: at.url, headers: at.headers, redirects, replies, explained: await explanationOf(at) }
}

async function arrive(inquiry: Inquiry): Promise<{ redirects: readonly Redirect[]; at: Inquiry; reply: Reply }> {
  const redirects: Redirect[] = []
  let at = inquiry
  for (;;) {
    const reply = await ask(at)
    const to = targetOf(reply, at.url)
    if (to === undefined) return { redirects, at, reply }
    redirects.push({ from: shownUrl(at.url), reply, to: shownUrl(to) })
    if (redirects.length > MOST_REDIRECTS) throw lost(inquiry.url, redirects)
    at = { ...at, url: to, ...(isSameSite(at.url, to) ? {} : { headers: {}, secret: undefined }) }
  }
}

function lost(url: URL, redirects: readonly Redirect[]): Unreachable {
  const where = [...new Set(redirects.map(({ to }) => to))].slice(0, 2).join(', ')
  return new Unreachable(
    `GET ${shownUrl(url)} failed: it redirects more than ${MOST_REDIRECTS} times (to ${where}). Ask for the page where it should end, or mend the redirect.`,
  )
}

async function ask({ url, headers, timeoutMs }: Inquiry, more: Inquiry['headers'] = {}): Promise<Reply> {
  try {
    return await exchange({ url, headers: { ...headers, ...more }, timeoutMs, as: 'ssr-cache-doctor' })
  } catch (error) {
    throw unreachable(url, error)
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

function targetOf({ status, fields }: Reply, base: URL): URL | undefined {
  const location = REDIRECTS.has(status) ? fieldValue(fields, 'location') : undefined
  if (location === undefined || !URL.canParse(location, base.href)) return undefined
  const to = new URL(location, base)
  to.hash = ''
  return to.protocol === 'http:' || to.protocol === 'https:' ? to : undefined
}

/** Whether cookies, headers and the secret may follow: to the same origin, and from a site's HTTP to its HTTPS. */
function isSameSite(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  return from.hostname === to.hostname && `${from.protocol}${from.port} ${to.protocol}${to.port}` === 'http: https:'
}

/** After the page: by then it is kept, or the cache knows why not. */
async function explanationOf(at: Inquiry): Promise<Course['explained']> {
  if (at.secret === undefined) return 'unasked'
  // It is read here, so it must come as it is.
  const reply = await ask(at, { 'ssr-cache-explain': at.secret, 'accept-encoding': 'identity' })
  return readExplained(reply) ?? 'refused'
}
