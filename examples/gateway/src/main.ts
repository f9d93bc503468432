// `npm run gateway`: the cache in front of any HTTP origin.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GATEWAYS } from './gateway.ts'
import { gatewayCache } from './gateway-cache.ts'
import { type GatewayOptions, gatewayOptions, HELP, UsageError } from './gateway-options.ts'
import { Upstream } from './upstream.ts'

/** How long requests in flight may take to end once the process is told to stop. */
const DRAIN_MS = 10_000
const IDLE_CHECK_MS = 50

try {
  const options = gatewayOptions(process.argv.slice(2))
  if (options === 'help') console.log(HELP)
  else await start(options)
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1
  console.error(error instanceof UsageError || isSystemError(error) ? `gateway: ${error.message}` : error)
}

async function start(options: GatewayOptions): Promise<void> {
  const { origin, adapter, port, host } = options
  const cache = gatewayCache(options)
  const upstream = new Upstream(options)
  const server = await GATEWAYS[adapter](cache, upstream)
  server.listen(port, host)
  await once(server, 'listening')
  const { port: taken } = server.address() as AddressInfo // it listens on TCP
  console.log(
    `http://${host.includes(':') ? `[${host}]` : host}:${taken} answers for ${origin.origin}, through ${adapter}. Ctrl-C stops it.`,
  )
  const stop = (): void => stopServing(server, () => cache.close().then(() => upstream.close()))
  process.once('SIGTERM', stop).once('SIGINT', stop)
}

/** Takes no new connection, answers what is in flight, and then lets the process end by itself. */
function stopServing(server: Server, then: () => Promise<void>): void {
  const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  // `close` ends only the connections that idle at that moment.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  server.close(() => {
    clearTimeout(late)
    clearInterval(idle)
    void then()
  })
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
