// `npm start`: builds the storefront, starts the commerce back end and the storefront as two processes, and says what to try.
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildStorefront, serverEntry } from './build.ts'
import { choosePort } from './launcher/free-port.ts'
import { guide } from './launcher/guide.ts'
import { Service } from './launcher/service.ts'
import { onStopSignal } from './process/stop.ts'

const apiEntry = fileURLToPath(new URL('api/main.ts', import.meta.url))
const running: Service[] = []
let stopping = false

onStopSignal(async () => {
  stopping = true
  // The storefront first: what it still renders needs the API.
  for (const service of running.toReversed()) await service.stop()
})

try {
  await start()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1) // whatever runs by now notices that we are gone, and stops
}

async function start(): Promise<void> {
  const { values } = parseArgs({ options: { latency: { type: 'string' } } })
  const port = await choosePort({ variable: 'PORT', standard: 3000 })
  const apiPort = await choosePort({ variable: 'API_PORT', standard: 3001 })
  const env = {
    NODE_ENV: process.env['NODE_ENV'] ?? 'production',
    HOOK_SECRET: process.env['HOOK_SECRET'] ?? randomBytes(32).toString('base64url'),
    PORT: String(port),
    API_PORT: String(apiPort),
    API_URL: `http://127.0.0.1:${apiPort}`,
    STOREFRONT_URL: `http://127.0.0.1:${port}`,
    ...(values.latency !== undefined && { API_LATENCY_MS: values.latency }),
  }

  await buildStorefront()
  const api = await Service.start({ name: 'API', entry: apiEntry, env })
  running.push(api)
  const shop = await Service.start({ name: 'storefront', entry: serverEntry, env })
  running.push(shop)
  watch(api, shop)
  const explains = Boolean(process.env['SSR_CACHE_SECRET'])
  console.log(
    guide({ shopUrl: `http://localhost:${port}`, apiUrl: `http://localhost:${apiPort}`, apiPid: api.pid, explains }),
  )
  // For a program that has started us, and cannot know which ports were free.
  process.send?.({ storefrontUrl: env.STOREFRONT_URL, apiUrl: env.API_URL })
}

/** Without its API the storefront goes on with the pages that it keeps; without the storefront there is nothing to go on with. */
function watch(api: Service, shop: Service): void {
  void api.ended.then((how) => {
    if (!stopping) console.error(`The API has ended (${how}). The storefront goes on with the pages that it keeps.`)
  })
  void shop.ended.then((how) => {
    if (stopping) return
    console.error(`The storefront has ended (${how}).`)
    process.exit(1)
  })
}
