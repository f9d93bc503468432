import type { NamesAbove } from './names-above.ts'
import { noticing } from './noticing.ts'

/** Notices what one shared render reads; made in development only. What adapters hand to a render goes through it. */
export interface Watch {
  /** Request headers by lower-case name. */
  headers<T extends object>(headers: T): T
  /** Cookies, once somebody has parsed them. */
  cookies<T extends object>(cookies: T): T
  /** Query parameters, once somebody has parsed them. */
  query<T extends object>(query: T): T
  /** State of the visitor's that the render looks for in vain. */
  absent(part: 'request' | 'locals', name: string): void
  /** All headers were read as one list: which of them were meant cannot be told. */
  all(): void
  /** What the visitor has state under, from code above: names, and nothing that is the visitor's. */
  readonly above: NamesAbove
}

/** What the watch tells of. */
export interface Noticed {
  header(name: string): void
  cookie(name: string): void
  query(name: string): void
  absent(part: 'request' | 'locals', name: string): void
  /** The Cookie field as a whole, which nobody made an object of. */
  cookieField(): void
  /** The names of all cookies, with or without what is in them. */
  cookieNames(): void
  all(): void
}

/** Read by frameworks and by what transfers an answer, whatever the page. */
const MACHINERY: ReadonlySet<string> = new Set([
  'accept-encoding',
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-host', // req.hostname, req.protocol: made of the key
  'x-forwarded-proto',
])

/** A watch over one render. */
export function watchOver(noticed: Noticed, above: NamesAbove): Watch {
  let hasParsedCookies = false
  const header = (name: string): void => {
    if (name === 'cookie') queueMicrotask(() => hasParsedCookies || noticed.cookieField())
    else if (!MACHINERY.has(name)) noticed.header(name)
  }
  return {
    above,
    headers: (headers) => noticing(headers, { name: header, list: () => noticed.all() }),
    cookies(cookies) {
      // A parser reads the field, and says at once what is in it.
      hasParsedCookies = true
      return noticing(cookies, { name: (name) => noticed.cookie(name), list: () => noticed.cookieNames() })
    },
    query: (query) => noticing(query, { name: (name) => noticed.query(name), list() {} }),
    absent: (part, name) => noticed.absent(part, name),
    all: () => noticed.all(),
  }
}
