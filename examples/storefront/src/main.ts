// `npm start`: builds the storefront, starts the commerce back end and the storefront as processes of their own, one or many, and says what to try.
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildStorefront, serverEntry } from './build.ts'
import { Fleet } from './launcher/fleet.ts'
import { choosePort } from './launcher/free-port.ts'
import { startFront } from './launcher/front-server.ts'
import { fleetGuide, guide } from './launcher/guide.ts'
import { noRedis, withoutPassword } from './launcher/redis-url.ts'
import { Service } from './launcher/service.ts'
import { type FleetWish, startOptions } from './launcher/start-options.ts'
import { ownNames } from './process/environment.ts'
import { onStopSignal } from './process/stop.ts'

const apiEntry = fileURLToPath(new URL('api/main.ts', import.meta.url))
const redisEntry = fileURLToPath(new URL('redis/main.ts', import.meta.url))
/** In the order in which they were started: each needs those before it. */
const running: { stop(): Promise<void> }[] = []
let stopping = false

onStopSignal(async () => {
  stopping = true
  for (const part of running.toReversed()) await part.stop()
})

try {
  await start()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1) // whatever runs by now notices that we are gone, and stops
}

async function start(): Promise<void> {
  const { latency, render, fleet } = startOptions(process.argv.slice(2))
  const port = await choosePort({ variable: 'PORT', standard: 3000 })
  const apiPort = await choosePort({ variable: 'API_PORT', standard: 3001 })
  const env = {
    NODE_ENV: process.env['NODE_ENV'] ?? 'production',
    HOOK_SECRET: process.env['HOOK_SECRET'] ?? randomBytes(32).toString('base64url'),
    PORT: String(port),
    API_PORT: String(apiPort),
    API_URL: `http://127.0.0.1:${apiPort}`,
    STOREFRONT_URL: `http://127.0.0.1:${port}`,
    ...(latency !== undefined && { API_LATENCY_MS: latency }),
    ...(render !== undefined && { RENDER: render }),
  }

  await buildStorefront()
  const api = await Service.start({ name: 'API', entry: apiEntry, env })
  running.push(api)
  void api.ended.then((how) => {
    if (!stopping) console.error(`The API has ended (${how}). The storefront goes on with the pages that it keeps.`)
  })
  const urls = { shopUrl: `http://localhost:${port}`, apiUrl: `http://localhost:${apiPort}`, apiPid: api.pid }
  if (fleet === undefined) await startOne(env, urls)
  else await startFleet(env, port, fleet, urls)
  // For a program that has started us, and cannot know which ports were free.
  process.send?.({ storefrontUrl: env.STOREFRONT_URL, apiUrl: env.API_URL })
}

interface Urls {
  readonly shopUrl: string
  readonly apiUrl: string
  readonly apiPid: number | undefined
}

type Environment = Readonly<Record<string, string>>

async function startOne(env: Environment, urls: Urls): Promise<void> {
  const shop = await Service.start({ name: 'storefront', entry: serverEntry, env })
  running.push(shop)
  void shop.ended.then((how) => {
    if (stopping) return
    console.error(`The storefront has ended (${how}).`)
    process.exit(1) // without it there is nothing to go on with
  })
  console.log(guide({ ...urls, explains: Boolean(process.env['SSR_CACHE_SECRET']) }))
}

async function startFleet(env: Environment, port: number, { nodes, redisUrl }: FleetWish, urls: Urls): Promise<void> {
  const redis = redisUrl ?? (await startOwnRedis())
  const shown = withoutPassword(redis)
  if (shown === undefined) console.error(noRedis(redis))
  const fleet = await Fleet.start({
    size: nodes,
    entry: serverEntry,
    // Visitors name the front, and only the front listens to them.
    env: {
      ...env,
      HOSTS: process.env['HOSTS'] || ownNames(port),
      LISTEN_HOST: '127.0.0.1',
      ...(shown !== undefined && { REDIS_URL: redis }),
    },
  })
  running.push(fleet)
  running.push(await startFront({ nodes: () => fleet.nodes, port }))
  console.log(fleetGuide({ ...urls, redisUrl: shown ?? 'none', nodes: fleet.nodes }))
}

async function startOwnRedis(): Promise<string> {
  const redis = await Service.start({ name: 'Redis', entry: redisEntry, env: {} })
  running.push(redis)
  void redis.ended.then((how) => {
    if (!stopping) console.error(`Redis has ended (${how}). The shop goes on, each process with the pages that it has.`)
  })
  return `redis://127.0.0.1:${redis.port}`
}
