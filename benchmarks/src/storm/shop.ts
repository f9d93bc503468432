import type { RenderCacheStats } from '@ssr-cache/core'
import { type Dispatcher, Pool } from 'undici'
import { type LoopDelay, NUMBER_FIELD, type ServerSample } from './server-messages.ts'
import { StormProcess } from './storm-process.ts'

export interface ShopOptions {
  readonly entry: string
  readonly apiUrl: string
  readonly secret: string
  readonly render: 'main' | 'worker'
}

export interface Question {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Of a request whose time in the server is wanted. */
  readonly number?: number
  /** Aborted, whoever asks hangs up. */
  readonly signal?: AbortSignal
}

export interface Reply {
  readonly status: number
  readonly headers: Dispatcher.ResponseData['headers']
  readonly text: string
}

const HOST = 'shop.example'
/** Longer than anybody waits for the storefront. */
const TIMEOUT_MS = 30_000

/** A storefront in a process of its own, and the connections to it. */
export class Shop {
  readonly samples: ServerSample[] = []
  /** When the answer to each numbered request had been handed over. */
  readonly answeredAt: Map<number, number> = new Map()
  readonly #process: StormProcess
  readonly #pool: Pool
  readonly #secret: string
  #loopDelay = Promise.withResolvers<LoopDelay>()

  static async start({ entry, apiUrl, secret, render }: ShopOptions): Promise<Shop> {
    const env = { API_URL: apiUrl, HOOK_SECRET: secret, HOSTS: HOST, RENDER: render }
    const before = new URL('server-probe.ts', import.meta.url)
    return new Shop(await StormProcess.start({ name: 'storefront', entry, before, env }), secret)
  }

  private constructor(server: StormProcess, secret: string) {
    this.#process = server
    this.#secret = secret
    // As many connections as are needed: a request that waited for one would be late by our own fault.
    this.#pool = new Pool(server.origin, { connections: null, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
    server.listen<ServerSample | LoopDelay>((message) => this.#told(message))
  }

  /** Rejects where there is no whole answer. */
  async ask({ path, headers, number, signal }: Question): Promise<Reply> {
    const numbered = number === undefined ? {} : { [NUMBER_FIELD]: String(number) }
    const response = await this.#pool.request({
      path,
      method: 'GET',
      headers: { ...headers, host: HOST, ...numbered },
      ...(signal !== undefined && { signal }),
    })
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
  }

  /** What its cache counts. */
  async stats(): Promise<RenderCacheStats> {
    const { text } = await this.ask({ path: '/hooks/stats', headers: this.#known })
    return JSON.parse(text) as RenderCacheStats // its cache's own
  }

  /** Tells it that the data behind some tags has changed. */
  async invalidate(tags: readonly string[]): Promise<void> {
    const { statusCode, body } = await this.#pool.request({
      path: '/hooks/invalidate',
      method: 'POST',
      headers: { ...this.#known, host: HOST, 'content-type': 'application/json' },
      body: JSON.stringify({ tags, how: 'invalidate' }),
    })
    await body.dump()
    if (statusCode !== 200) throw new Error(`expected the storefront to take an invalidation, got ${statusCode}.`)
  }

  /** How late its event loop was since this was asked last. */
  async loopDelay(): Promise<LoopDelay> {
    this.#process.tell('loop delay')
    const told = await this.#loopDelay.promise
    this.#loopDelay = Promise.withResolvers()
    return told
  }

  get #known(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#secret}` }
  }

  #told(message: ServerSample | LoopDelay): void {
    if (message.kind === 'loop-delay') {
      this.#loopDelay.resolve(message)
      return
    }
    this.samples.push(message)
    for (const [number, at] of message.answered) this.answeredAt.set(number, at)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy()
    await this.#process[Symbol.asyncDispose]()
  }
}
