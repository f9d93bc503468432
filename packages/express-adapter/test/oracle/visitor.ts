import type { Answered, Asked } from './line.ts'
import type { Site } from './site.ts'

/** A header's value by its lower-case name, as far as a visitor cares: one line. */
export function header({ headers }: Pick<Answered, 'headers'>, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** What a visit asks for, as a script says it. */
export interface Wish {
  readonly method: string
  readonly url: string
  readonly spelling: number
  readonly respellable: boolean
  /** Which of the site's values each of its headers has. */
  readonly likes: number
  readonly conditional: boolean
  readonly authorized: boolean
  readonly body?: string
}

/** Somebody with a browser: cookies, pages that are remembered by their validators, and a mark that is found on whatever is theirs. */
export class Visitor {
  readonly mark: string
  readonly #cookies = new Map<string, string>()
  readonly #bodies = new Map<string, Map<string, string>>()

  /** `place` among the visitors: all but the first have chosen something, each something else. */
  constructor(name: string, place: number, choices: Site<never>['choices']) {
    this.mark = `${name}-${place}f3a9`
    this.#cookies.set('_ga', `GA1.${this.mark}`)
    if (place === 0) return
    for (const [cookie, values] of Object.entries(choices))
      this.#cookies.set(cookie, values[place % values.length] ?? '')
  }

  choose(cookie: string, value: string): void {
    this.#cookies.set(cookie, value)
  }

  ask(wish: Wish, site: Pick<Site<never>, 'host' | 'headers'>): Asked {
    const { method, url, conditional, body } = wish
    const etags = conditional ? [...(this.#bodies.get(url)?.keys() ?? [])] : []
    return {
      method,
      target: spelled(wish, this.mark),
      headers: {
        host: wish.spelling === 6 ? site.host.toUpperCase() : site.host,
        'user-agent': `Browser/1 (${this.mark})`,
        referer: `https://elsewhere.example/?${this.mark}`,
        'x-request-id': this.mark,
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...Object.fromEntries(
          Object.entries(site.headers).map(([name, values]) => [name, values[wish.likes % values.length] ?? '']),
        ),
        ...(etags.length > 0 && { 'if-none-match': `"other", ${etags.join(', ')}` }),
        ...(wish.authorized && { authorization: `Basic ${this.mark}` }),
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(Buffer.byteLength(body)),
        }),
      },
      ...(body !== undefined && { body }),
    }
  }

  /** Takes cookies and validators in, as a browser does. */
  take(url: string, method: string, answered: Answered): void {
    for (const line of answered.headers['set-cookie'] ?? []) this.#takeCookie(line)
    const etag = header(answered, 'etag')
    if (method !== 'GET' || answered.status !== 200 || etag === undefined) return
    const bodies = this.#bodies.get(url) ?? new Map<string, string>()
    this.#bodies.set(url, bodies.set(etag, answered.body))
  }

  /** The page that this visitor has under a validator. */
  remembered(url: string, etag: string | undefined): string | undefined {
    return this.#bodies.get(url)?.get(etag ?? '')
  }

  #takeCookie(line: string): void {
    const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }
}

/** How many ways there are to write one URL. */
export const SPELLINGS = 7

/** One page's URL in one of the ways that mean the same to the app, and must to the cache. */
function spelled({ url, spelling, respellable, method }: Wish, mark: string): string {
  const [path = '', query = ''] = url.split('?')
  const parts = query === '' ? [] : query.split('&')
  const joined = (all: readonly string[], at = path): string => (all.length === 0 ? at : `${at}?${all.join('&')}`)
  if (method === 'POST') return url
  switch (spelling) {
    case 1:
      return joined([...parts, `utm_source=${mark}`])
    case 2:
      return joined(['fbclid=1', ...parts.toReversed(), 'utm_term=a%20b'])
    case 3:
      return respellable ? joined(parts, path.replace(/[a-z\d]$/, escaped)) : url
    case 4:
      return `${url}${query === '' ? '?' : '&'}&`
    case 5:
      return url.replace(/%[\dA-F]{2}/g, (hex) => hex.toLowerCase())
    default:
      return url
  }
}

function escaped(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`
}
