import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import {
  createRenderCache,
  type Handler,
  type HandlerResponse,
  type RenderCache,
  type RenderCacheOptions,
} from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { type Site, serve } from '../../../../../test-utils/serve.ts'
import { html } from '../../engine/harness.ts'
import { type Ran, runHere } from '../run-here.ts'

export const SECRET = 'a-secret-of-this-test'

/** What a run of the doctor printed, and how it ended. */
export interface Consultation extends Ran {
  /** The first line of what it printed. */
  readonly verdict: string
}

/** Runs the doctor's command line in this process. */
export async function consult(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Consultation> {
  const ran = await runHere(args, { env })
  return { ...ran, verdict: ran.stdout.split('\n', 1)[0] ?? '' }
}

/** What a page of the tests is made of. */
export type Render = (input: Parameters<Handler>[0]) => HandlerResponse | Promise<HandlerResponse>

/** An app without a framework, round a cache whose time stands still. */
export interface Ward extends Site {
  readonly cache: RenderCache
  readonly clock: FakeClock
  /** Asks the doctor about a path of it. */
  consult(path: string, ...args: readonly string[]): Promise<Consultation>
}

export const PAGE: Render = () => html('<p>A page</p>')

export async function openWard(render: Render, options: RenderCacheOptions = {}): Promise<Ward> {
  const clock = fakeClock()
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const cache = createRenderCache({ clock, logger, admin: { secret: SECRET }, ...options })
  const site = await serve(handled(cache, render))
  return {
    ...site,
    cache,
    clock,
    consult: (path, ...args) => consult(['doctor', `http://${site.host}${path}`, ...args]),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await cache.close({ limitMs: 0 })
    },
  }
}

/** Answers by `cache.handle`, and 500 where that rejects. */
export function handled(cache: RenderCache, render: Render): RequestListener {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/', headers } = request
    try {
      const page = await cache.handle({ method, url: `http://${headers.host}${url}`, headers }, render)
      for (const [name, value] of page.fields) response.appendHeader(name, value)
      response.writeHead(page.status).end(await page.bytes())
    } catch {
      response.writeHead(500).end()
    }
  }
}
