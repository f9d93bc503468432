// The storefront as a process of its own. Bundled by build.ts first: Node runs TypeScript, but no JSX.
import { createServer } from 'node:http'
import { z } from 'zod'
import { adminSecret, environment, hookSecret, listenHost, ownNames, port } from '../process/environment.ts'
import { announceReady, listen } from '../process/listen.ts'
import { onStopSignal, stopServing } from '../process/stop.ts'
import { apiClient } from './api-client.ts'
import { createStorefront } from './app.ts'
import { assets } from './assets.ts'
import { createStorefrontCache, logRenders } from './cache.ts'
import { lineLogger, redisLogger } from './line-logger.ts'
import { sendPage } from './send-page.ts'
import { sharing } from './sharing.ts'
import { sendPageBy, startThreads } from './threads.ts'

const {
  PORT,
  API_URL,
  HOOK_SECRET,
  SSR_CACHE_SECRET,
  HOSTS,
  LISTEN_HOST,
  NODE_NAME,
  REDIS_URL,
  STORE_TIMEOUT_MS,
  RENDER,
  RENDER_THREADS,
} = environment({
  PORT: port.default(3000),
  API_URL: z.url().default('http://127.0.0.1:3001'),
  HOOK_SECRET: hookSecret,
  SSR_CACHE_SECRET: adminSecret.optional(),
  LISTEN_HOST: listenHost,
  /** Names that the shop answers to, separated by commas: `shop.example,www.shop.example`. */
  HOSTS: z.string().optional(),
  /** What this process is called among those that serve the same shop. */
  NODE_NAME: z.string().optional(),
  /** Where they keep what they share. */
  REDIS_URL: z.string().optional(),
  /** How long a request waits for Redis, over all that it asks. */
  STORE_TIMEOUT_MS: z.coerce.number().int().min(1).default(50),
  /** Where pages are rendered: on the main thread, or in threads of their own. */
  RENDER: z.enum(['main', 'worker']).default('main'),
  /** How many threads; unset: one for each core but one. */
  RENDER_THREADS: z.coerce.number().int().min(1).optional(),
})

const cache = createStorefrontCache({
  hosts: (HOSTS ?? ownNames(PORT)).split(',').map((name) => name.trim()),
  buildId: `${assets.script} ${assets.style}`,
  adminSecret: SSR_CACHE_SECRET,
  shell: new URL('../shell.html', import.meta.url),
  shared: {
    ...(REDIS_URL !== undefined && sharing(REDIS_URL, redisLogger(NODE_NAME))),
    ...(NODE_NAME !== undefined && { logger: lineLogger(NODE_NAME) }),
    storeTimeoutMs: STORE_TIMEOUT_MS,
  },
})
logRenders(cache, NODE_NAME)

const threads = RENDER === 'worker' ? startThreads(RENDER_THREADS) : undefined
// A thread that cannot render is told at the start, and not by the first page.
await threads?.ready

const server = createServer(
  createStorefront({
    api: apiClient(API_URL),
    cache,
    hookSecret: HOOK_SECRET,
    sendPage: threads === undefined ? sendPage : sendPageBy(threads),
  }),
)
const listensOn = await listen(server, { port: PORT, host: LISTEN_HOST, portVariable: 'PORT' })
onStopSignal(async () => {
  await stopServing(server)
  // After the server, whose last requests need it; it waits for refreshes that still run.
  await cache.close({ limitMs: 4_000 })
  await threads?.close()
})
announceReady(listensOn)
