import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of connections through the proxy. `hang`: they stand, and nothing moves. `refuse`: they are reset. */
export type ProxyMode = 'pass' | 'hang' | 'refuse'

/** A network between a client and its server that fails as it is told. */
export interface FaultProxy {
  readonly host: '127.0.0.1'
  readonly port: number
  mode: ProxyMode
  /** Added to each piece, each way, in milliseconds. */
  latencyMs: number
  /** Connections that stand now, and that were accepted since the start. */
  readonly open: number
  readonly accepted: number
  /** Resets every connection that stands. */
  reset(): void
  /** Lets `bytes` more of the answers through, over all connections, then ends the connection in the middle of one. Once. */
  cutAnswersAfter(bytes: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Listens on a free port and passes on to `target`. */
export async function startFaultProxy(target: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
  const proxy = new FaultyNetwork(target)
  await proxy.listen()
  return proxy
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

class FaultyNetwork implements FaultProxy {
  readonly host = '127.0.0.1'
  latencyMs = 0
  accepted = 0
  #mode: ProxyMode = 'pass'
  #answerBytes = Number.POSITIVE_INFINITY
  readonly #pairs = new Set<Pair>()
  readonly #listener: Server

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#listener = createServer((client) => this.#accept(client, target))
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port // it listens on a port
  }

  get open(): number {
    return [...this.#pairs].filter(({ client }) => !client.destroyed).length
  }

  get mode(): ProxyMode {
    return this.#mode
  }

  /** What is sent while nothing moves arrives when it moves again, as TCP would have it. */
  set mode(mode) {
    this.#mode = mode
    for (const { client, server } of this.#pairs) {
      for (const socket of [client, server]) {
        if (mode === 'hang') socket.pause()
        else socket.resume()
      }
    }
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#listener.listen(0, this.host, resolve))
  }

  reset(): void {
    for (const pair of this.#pairs) this.#reset(pair)
  }

  cutAnswersAfter(bytes: number): void {
    this.#answerBytes = bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#listener.close(resolve))
    this.mode = 'refuse'
    this.reset()
    await closed
  }

  #accept(client: Socket, target: { readonly host: string; readonly port: number }): void {
    this.accepted++
    if (this.mode === 'refuse') {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const pair: Pair = { client, server: connect(target) }
    this.#pairs.add(pair)
    for (const socket of [pair.client, pair.server]) {
      socket.setNoDelay(true)
      socket.on('error', () => this.#reset(pair))
      socket.once('close', () => this.#close(pair))
    }
    pair.client.on('data', (piece) => this.#pass(piece, pair.server))
    pair.server.on('data', (piece) => this.#answer(piece, pair))
    if (this.mode !== 'hang') return
    pair.client.pause()
    pair.server.pause()
  }

  #answer(piece: Buffer, pair: Pair): void {
    const allowed = piece.subarray(0, this.#answerBytes)
    this.#answerBytes -= allowed.length
    if (allowed.length === piece.length) this.#pass(piece, pair.client)
    else this.#cut(allowed, pair)
  }

  #cut(last: Buffer, { client, server }: Pair): void {
    this.#answerBytes = Number.POSITIVE_INFINITY
    // Ended rather than reset: a reset would take along what the client has not read yet.
    client.end(last)
    server.destroy()
  }

  #pass(piece: Buffer, to: Socket): void {
    const write = (): void => {
      if (!to.destroyed) to.write(piece)
    }
    if (this.latencyMs === 0) write()
    else setTimeout(write, this.latencyMs)
  }

  /** Where nothing moves, the end of a connection does not either. */
  #close(pair: Pair): void {
    if (this.mode === 'hang') return
    if (pair.client.destroyed && pair.server.destroyed) this.#pairs.delete(pair)
    pair.client.end()
    pair.server.end()
  }

  #reset(pair: Pair): void {
    this.#pairs.delete(pair)
    for (const socket of [pair.client, pair.server]) {
      // To reset one that is gone, or about to end, leaves a handle over which the process spins for ever when it exits.
      if (socket.destroyed || socket.writableEnded) socket.destroy()
      else socket.resetAndDestroy()
    }
  }
}
