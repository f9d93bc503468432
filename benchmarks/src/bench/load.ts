import { Pool } from 'undici'
import { HOST } from './shop.ts'
import { BROWSER } from './visitors.ts'

/** Visitors who each wait for their answer before they ask again. */
const CONNECTIONS = 10

// Undici's own, and what the apps have no part in.
const LEFT_OUT = new Set(['host', 'connection', 'accept-encoding'])
const HEADERS: Readonly<Record<string, string>> = {
  host: HOST,
  ...Object.fromEntries(BROWSER.filter(([name]) => !LEFT_OUT.has(name))),
}

/** Connections to one server, kept open from round to round. */
export class Load {
  readonly #pool: Pool
  #headers: Readonly<Record<string, string>>
  #status = 200

  /** `more`: headers beside those of a browser. */
  constructor(origin: string, more: Readonly<Record<string, string>> = {}) {
    this.#pool = new Pool(origin, { connections: CONNECTIONS })
    this.#headers = { ...HEADERS, ...more }
  }

  /** From here on each visitor has the page of `path` already, and is to be told so. */
  async revalidate(path: string): Promise<void> {
    const { headers, body } = await this.#pool.request({ method: 'GET', path, headers: this.#headers })
    await body.dump()
    const { etag } = headers
    if (typeof etag !== 'string') throw new Error(`expected an ETag of ${path}, got ${etag}.`)
    this.#headers = { ...this.#headers, 'if-none-match': etag }
    this.#status = 304
  }

  /** Sends that many requests; gives the nanoseconds that they took together. Rejects where one is not answered as expected: 200, or 304. */
  async send(requests: number, path: () => string): Promise<number> {
    let left = requests
    const start = process.hrtime.bigint()
    const visitor = async () => {
      while (left-- > 0) await this.#ask(path())
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, visitor))
    return Number(process.hrtime.bigint() - start)
  }

  async #ask(path: string): Promise<void> {
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path, headers: this.#headers })
    if (statusCode !== this.#status) throw new Error(`expected ${this.#status} of ${path}, got ${statusCode}.`)
    await body.dump({ limit: Number.POSITIVE_INFINITY })
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
