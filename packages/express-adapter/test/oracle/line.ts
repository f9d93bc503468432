import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'

/** A request as it goes out. */
export interface Asked {
  readonly method: string
  /** Sent byte by byte as it is given. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request under way. */
export interface Call {
  readonly answered: Promise<Answered>
  /** Hangs up. */
  leave(): void
}

/** A way to a server of Node: its own parser and writer of HTTP on both ends. */
export interface Line {
  ask(asked: Asked): Call
  close(): Promise<void>
}

/** `memory`: connections in this process, at several thousand requests a second. `sockets`: TCP on this machine. */
export async function openLine(listener: RequestListener, over: 'memory' | 'sockets'): Promise<Line> {
  const server = createServer(listener)
  if (over === 'memory') return lineTo(server, new MemoryAgent(server), 0)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // of a server that listens on TCP
  return lineTo(server, new Agent({ keepAlive: true }), port)
}

function lineTo(server: Server, agent: Agent, port: number): Line {
  return {
    ask({ method, target, headers, body }) {
      const call = request({ agent, port, host: '127.0.0.1', method, path: target, headers })
      call.end(body)
      return { answered: answerOf(call), leave: () => call.destroy() }
    },
    async close() {
      agent.destroy()
      server.closeAllConnections()
      // Where it never listened, this ends the timer that every server has.
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerOf(call: ClientRequest): Promise<Answered> {
  return new Promise((resolve, reject) => {
    call.once('error', reject)
    call.once('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.once('error', reject)
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
  })
}

/** Connects clients to a server by pairs of streams. */
class MemoryAgent extends Agent {
  readonly #server: Server

  constructor(server: Server) {
    super({ keepAlive: true })
    this.#server = server
  }

  override createConnection(): Duplex {
    const [near, far] = duplexPair()
    this.#server.emit('connection', asSocket(far))
    return asSocket(near)
  }
}

/** What Node asks of a socket beyond a stream. */
function asSocket(stream: Duplex): Duplex {
  const same = (): Duplex => stream
  return Object.assign(stream, {
    remoteAddress: '192.0.2.1',
    setTimeout: same,
    setNoDelay: same,
    setKeepAlive: same,
    ref: same,
    unref: same,
  })
}
