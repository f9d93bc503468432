import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { type Site, serve, served } from '../../../test-utils/serve.ts'
import { type AdapterName, GATEWAYS } from '../src/gateway.ts'
import { type GatewayCacheOptions, gatewayCache } from '../src/gateway-cache.ts'
import { Upstream } from '../src/upstream.ts'
import { type Scripted, ScriptedOrigin } from './scripted-origin.ts'

export const ADAPTERS = Object.keys(GATEWAYS) as readonly AdapterName[] // its own keys

/** A gateway in this process, on real sockets: before an origin of its own, with a clock that moves when told. */
export interface GatewayUnderTest extends Site {
  readonly clock: FakeClock
}

export interface UnderTest extends Partial<GatewayCacheOptions> {
  readonly adapter: AdapterName
  readonly timeoutMs?: number
  readonly clock?: FakeClock
}

/** A gateway before an app of Node's kind. */
export async function gatewayBefore(app: RequestListener, o: UnderTest): Promise<GatewayUnderTest> {
  const origin = await serve(app)
  return gatewayTo(origin.port, o, () => origin[Symbol.asyncDispose]())
}

/** A gateway before an origin that has its own idea of HTTP: called with each connection. */
export async function gatewayBeforeSocket(talk: (socket: Socket) => void, o: UnderTest): Promise<GatewayUnderTest> {
  const sockets = new Set<Socket>()
  const origin = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    talk(socket)
  })
  await once(origin.listen(0, '127.0.0.1'), 'listening')
  const { port } = origin.address() as AddressInfo // it listens on TCP
  return gatewayTo(port, o, () => {
    for (const socket of sockets) socket.destroy()
    origin.close()
  })
}

/** A gateway before an origin that answers by script. */
export interface ScriptedGateway extends GatewayUnderTest {
  readonly origin: ScriptedOrigin
}

/** A gateway before an origin that answers by script. */
export async function gatewayBeforeScript(answers: readonly Scripted[], o: UnderTest): Promise<ScriptedGateway> {
  const clock = fakeClock(Date.now())
  const origin = new ScriptedOrigin(answers, () => clock.now())
  const gateway = await gatewayBefore(origin.app, { ...o, clock })
  return { ...gateway, origin }
}

/** A gateway before whatever is, or is not, at this port. */
export async function gatewayTo(
  port: number,
  { adapter, cdnCacheControl = false, heuristic = 0.1, timeoutMs = 10_000, clock = fakeClock(Date.now()) }: UnderTest,
  closeOrigin: () => unknown = () => {},
): Promise<GatewayUnderTest> {
  const cache = gatewayCache({ cdnCacheControl, heuristic }, { clock })
  const upstream = new Upstream({ origin: new URL(`http://127.0.0.1:${port}`), timeoutMs })
  const site = await served(await GATEWAYS[adapter](cache, upstream))
  return {
    ...site,
    clock,
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]()
      await cache.close()
      upstream.close()
      await closeOrigin()
    },
  }
}

/** Sends a message over a connection of its own, and gives all that comes until that is closed: it should say `Connection: close`. */
export async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('latin1').on('data', (more: string) => (heard += more))
  socket.on('error', () => {})
  socket.write(text, 'latin1')
  await once(socket, 'close')
  return heard
}

/** The lines of a head, and a body behind them. */
export function message(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
