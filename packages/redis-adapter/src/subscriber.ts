import type { Redis } from 'ioredis'
import { PatientRetry } from './retry.ts'

/** Who listens to a channel. */
export interface ChannelListener {
  /** The server has confirmed: whatever is published from now on is heard. At first, and again after every lost connection. */
  joined?(): void
  /** The connection is gone, or the server refused: messages may be missed until `joined` is called again. */
  left?(): void
  message?(payload: Buffer): void
}

/** Makes a connection of its own for messages, not connected yet; `undefined` while no server is known that it could go to. */
export type Dial = () => Redis | undefined

/** Who is told how the connection is. */
export interface Told {
  failed(error: Error): void
  joined(): void
}

/**
 * One connection for all channels of a store, made when the first is listened to. It tells each listener when it begins to hear and when it may miss
 * something, and dials again by itself: a client that reconnects silently would hide that messages were lost.
 */
export class Subscriber {
  readonly #dial: Dial
  readonly #tell: Told
  readonly #listeners = new Map<string, Set<ChannelListener>>()
  /** Channels that the server has confirmed on the connection that is open now. */
  readonly #confirmed = new Set<string>()
  readonly #retry = new PatientRetry(() => this.#connect())
  #client: Redis | undefined
  #closed = false

  constructor(dial: Dial, tell: Told) {
    this.#dial = dial
    this.#tell = tell
  }

  /** Tells `listener`, never before this returns, until the function that it gives back is called. */
  listen(channel: string, listener: ChannelListener): () => void {
    const others = this.#listeners.get(channel)
    if (others === undefined) this.#listeners.set(channel, new Set([listener]))
    else others.add(listener)
    if (this.#client === undefined) this.#connect()
    else if (others === undefined) this.#subscribe(this.#client, [channel])
    else if (this.#confirmed.has(channel)) queueMicrotask(() => this.#welcome(channel, listener))
    return () => this.#stop(channel, listener)
  }

  /** Resolves when the server has answered on this very connection; rejects where there is none. */
  async ping(): Promise<void> {
    if (this.#client?.status !== 'ready') throw new Error('no connection for messages is open')
    await this.#client.ping()
  }

  close(): void {
    this.#closed = true
    this.#retry.stop()
    if (this.#client !== undefined) this.#abandon(this.#client)
    this.#listeners.clear()
  }

  #connect(): void {
    if (this.#closed || this.#client !== undefined || this.#retry.isWaiting) return
    const client = this.#dial()
    if (client === undefined) this.#retry.later()
    else this.#use(client)
  }

  #use(client: Redis): void {
    this.#client = client
    client.on('error', this.#tell.failed)
    client.on('ready', () => this.#opened(client))
    client.on('end', () => this.#lost(client))
    client.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
      for (const listener of this.#of(String(channel))) listener.message?.(payload)
    })
    client.connect().catch(ignored) // told by 'error' and 'end'
  }

  #opened(client: Redis): void {
    this.#retry.succeeded()
    this.#subscribe(client, [...this.#listeners.keys()])
  }

  #lost(client: Redis): void {
    this.#abandon(client)
    this.#retry.later()
    for (const channel of [...this.#listeners.keys()]) for (const listener of this.#of(channel)) listener.left?.()
  }

  #abandon(client: Redis): void {
    this.#client = undefined
    this.#confirmed.clear()
    client.removeAllListeners()
    client.on('error', ignored) // one may be on its way
    client.disconnect()
  }

  /** What is asked before the connection is open is asked when it is. */
  #subscribe(client: Redis, channels: readonly string[]): void {
    if (client.status !== 'ready' || channels.length === 0) return
    const askers = channels.map((channel) => [channel, this.#listeners.get(channel)] as const)
    // Who stopped and began again meanwhile has asked anew, and is told when that is confirmed.
    const waiting = () =>
      client === this.#client ? askers.filter(([channel, those]) => this.#listeners.get(channel) === those) : []
    client.subscribe(...channels).then(
      () => {
        this.#tell.joined()
        for (const [channel] of waiting()) this.#confirm(channel)
      },
      (error: Error) => {
        for (const [channel] of waiting()) for (const listener of this.#of(channel)) listener.left?.()
        this.#tell.failed(error)
      },
    )
  }

  #confirm(channel: string): void {
    this.#confirmed.add(channel)
    for (const listener of this.#of(channel)) listener.joined?.()
  }

  #welcome(channel: string, listener: ChannelListener): void {
    if (this.#confirmed.has(channel) && this.#listeners.get(channel)?.has(listener)) listener.joined?.()
  }

  #stop(channel: string, listener: ChannelListener): void {
    const listeners = this.#listeners.get(channel)
    if (!listeners?.delete(listener) || listeners.size > 0) return
    this.#listeners.delete(channel)
    this.#confirmed.delete(channel)
    if (this.#client?.status === 'ready') this.#client.unsubscribe(channel).catch(ignored)
  }

  /** A copy: whoever is told may stop, or begin to listen. */
  #of(channel: string): readonly ChannelListener[] {
    return [...(this.#listeners.get(channel) ?? [])]
  }
}

function ignored(): void {}
