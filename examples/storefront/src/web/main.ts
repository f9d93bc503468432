// The storefront as a process of its own. Bundled by build.ts first: Node runs TypeScript, but no JSX.
import { createServer } from 'node:http'
import { z } from 'zod'
import { adminSecret, environment, hookSecret, listenHost, port } from '../process/environment.ts'
import { announceReady, listen } from '../process/listen.ts'
import { onStopSignal, stopServing } from '../process/stop.ts'
import { apiClient } from './api-client.ts'
import { createStorefront } from './app.ts'
import { assets } from './assets.ts'
import { createStorefrontCache, logRenders } from './cache.ts'

const { PORT, API_URL, HOOK_SECRET, SSR_CACHE_SECRET, HOSTS, LISTEN_HOST } = environment({
  PORT: port.default(3000),
  API_URL: z.url().default('http://127.0.0.1:3001'),
  HOOK_SECRET: hookSecret,
  SSR_CACHE_SECRET: adminSecret.optional(),
  LISTEN_HOST: listenHost,
  /** Names that the shop answers to, separated by commas: `shop.example,www.shop.example`. */
  HOSTS: z
    .string()
    .transform((names) => names.split(',').map((name) => name.trim()))
    .optional(),
})

const cache = createStorefrontCache({
  hosts: HOSTS ?? [`localhost:${PORT}`, `127.0.0.1:${PORT}`, `[::1]:${PORT}`],
  buildId: `${assets.script} ${assets.style}`,
  adminSecret: SSR_CACHE_SECRET,
})
logRenders(cache)

const server = createServer(createStorefront({ api: apiClient(API_URL), cache, hookSecret: HOOK_SECRET }))
await listen(server, { port: PORT, host: LISTEN_HOST, portVariable: 'PORT' })
onStopSignal(async () => {
  await stopServing(server)
  // After the server, whose last requests need it; it waits for refreshes that still run.
  await cache.close({ limitMs: 4_000 })
})
announceReady()
