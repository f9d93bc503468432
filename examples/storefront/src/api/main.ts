// The commerce back end as a process of its own: `API_PORT=3001 node src/api/main.ts`.
import { createServer } from 'node:http'
import { z } from 'zod'
import { environment, hookSecret, listenHost, port } from '../process/environment.ts'
import { announceReady, listen } from '../process/listen.ts'
import { onStopSignal, stopServing } from '../process/stop.ts'
import { createApi } from './app.ts'
import { Catalogue } from './catalogue.ts'
import { readFilms } from './film-data.ts'
import { storefrontHook } from './storefront-hook.ts'

const { API_PORT, API_LATENCY_MS, HOOK_SECRET, LISTEN_HOST, STOREFRONT_URL } = environment({
  API_PORT: port.default(3001),
  /** A render that takes as long as a real one does. */
  API_LATENCY_MS: z.coerce.number().int().min(0).max(60_000).default(150),
  HOOK_SECRET: hookSecret,
  LISTEN_HOST: listenHost,
  STOREFRONT_URL: z.url().default('http://127.0.0.1:3000'),
})

const app = createApi({
  catalogue: new Catalogue(readFilms()),
  tellStorefront: storefrontHook({ storefrontUrl: STOREFRONT_URL, secret: HOOK_SECRET }),
  latencyMs: API_LATENCY_MS,
})
const server = createServer(app)
const listensOn = await listen(server, { port: API_PORT, host: LISTEN_HOST, portVariable: 'API_PORT' })
onStopSignal(() => stopServing(server))
announceReady(listensOn)
