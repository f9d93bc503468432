import { type Dispatcher, Pool } from 'undici'
import type { Mapping } from './page-mapping.ts'
import { servedFrom } from './served-from.ts'
import type { Answer } from './tally.ts'
import type { Visit } from './visit.ts'

/** What is longer than this is no answer. */
const TIMEOUT_MS = 60_000

export interface VisitorClientOptions {
  readonly origin: string
  /** Connections that are kept alive. */
  readonly connections: number
  readonly mapping: Mapping
}

/** Sends visits over HTTP/1.1 on connections that stay, follows no redirect, and reads every answer to its end. */
export class VisitorClient {
  readonly #pool: Pool
  readonly #mapping: Mapping

  constructor({ origin, connections, mapping }: VisitorClientOptions) {
    this.#pool = new Pool(origin, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
    this.#mapping = mapping
  }

  /** Rejects where there is no whole answer, with an error that has a `code`. */
  async send(visit: Visit): Promise<Answer> {
    const { method, headers } = visit
    const startedAt = performance.now()
    const response = await this.#pool.request({ path: this.#mapping(visit), method, headers: { ...headers } })
    const bytes = await lengthOf(response.body)
    const ms = performance.now() - startedAt
    return { status: response.statusCode, served: servedFrom(cacheStatus(response)), bytes, ms }
  }

  /** Ends what is under way, and the connections. */
  destroy(): Promise<void> {
    return this.#pool.destroy()
  }
}

async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0
  for await (const chunk of body) bytes += chunk.length
  return bytes
}

/** Several lines of a field are one list (RFC 9110 5.3). */
function cacheStatus({ headers }: Dispatcher.ResponseData): string | undefined {
  const value = headers['cache-status']
  return Array.isArray(value) ? value.join(', ') : value
}
