import type { Clock, Generation, LogTail, Timer } from '@ssr-cache/core/store'
import type { Connection } from './connection.ts'
import type { LogReader } from './log-reader.ts'
import { decodeMessage } from './log-record.ts'

/** A follower of the log. */
type Follower = (news: LogTail | 'cut') => void

/** Where nothing was heard yet. */
const UNHEARD: Generation = Object.freeze({ epoch: '', position: -1 })

/** So often within the time that it may be out of touch the log is read, whatever was pushed. */
const HEARTBEATS = 4

/** A timer that is so late says that this process was busy. It is then given so long, once, to hear what arrived meanwhile. */
const LATE_MS = 50
const BUSY_GRACE_MS = 100

/**
 * What is new in the log, as it comes: pushed where messages arrive, read where they may not have. Says `'cut'` once it could not prove for `syncTimeoutMs` that
 * it is up to date, and all that was missed as soon as it can.
 */
export class LogFeed {
  readonly #connection: Connection
  readonly #channel: string
  readonly #reader: LogReader
  readonly #clock: Clock
  readonly #syncTimeoutMs: number
  readonly #followers = new Set<Follower>()
  #known = UNHEARD
  #isCut = false
  /** Whether the next reading is told even if it holds no news: somebody may not know that nothing was missed. */
  #owesWord = false
  /** The reading that is under way; one that takes too long is no longer waited for. */
  #reading: { readonly startedAt: number; again: boolean } | undefined
  #heartbeat: Timer | undefined
  #deadline: Timer | undefined
  #hangUp: (() => void) | undefined

  constructor(
    connection: Connection,
    o: { readonly channel: string; readonly reader: LogReader; readonly clock: Clock; readonly syncTimeoutMs: number },
  ) {
    this.#connection = connection
    this.#channel = o.channel
    this.#reader = o.reader
    this.#clock = o.clock
    this.#syncTimeoutMs = o.syncTimeoutMs
  }

  follow(on: Follower): () => void {
    // Of its own, so that one function may follow twice.
    const follower: Follower = (news) => on(news)
    this.#followers.add(follower)
    this.#owesWord = true
    if (this.#hangUp === undefined) this.#start()
    return () => {
      if (this.#followers.delete(follower) && this.#followers.size === 0) this.stop()
    }
  }

  /** Takes in what was published, or what this process has just appended: nothing is lost by hearing it twice. */
  hear(payload: string): void {
    const message = decodeMessage(payload)
    if (message === undefined || this.#hangUp === undefined) return
    const { epoch, position, tail } = message
    const isNext = epoch === this.#known.epoch && position === this.#known.position + 1
    // Cut off, only what is read proves that nothing else is missing.
    if (isNext && tail !== undefined && !this.#isCut) this.#tell(tail)
    else if (epoch !== this.#known.epoch || position > this.#known.position) this.catchUp()
  }

  /** Reads what is new, behind everything else. */
  catchUp(): void {
    if (this.#hangUp === undefined) return
    if (this.#reading === undefined) void this.#read()
    else this.#reading.again = true
  }

  stop(): void {
    this.#hangUp?.()
    this.#hangUp = undefined
    this.#followers.clear()
    for (const timer of [this.#heartbeat, this.#deadline]) if (timer !== undefined) this.#clock.cancel(timer)
    this.#reading = undefined
    this.#known = UNHEARD
    this.#isCut = false
  }

  #start(): void {
    const stopListening = this.#connection.subscriber.listen(this.#channel, {
      // What was published before is not heard.
      joined: () => this.catchUp(),
      message: (payload) => this.hear(String(payload)),
    })
    const stopWatching = this.#connection.onChange((state) => {
      if (state === 'ready') this.catchUp()
    })
    this.#hangUp = () => {
      stopListening()
      stopWatching()
    }
    this.#proven(performance.now())
    this.#beat()
  }

  readonly #beat = (): void => {
    this.#heartbeat = this.#clock.schedule(this.#syncTimeoutMs / HEARTBEATS, this.#beat)
    // A connection that is dead and does not say so is given up by the client once it owes an answer.
    this.#connection.subscriber.ping().catch(ignored)
    if (this.#reading !== undefined && performance.now() - this.#reading.startedAt > this.#syncTimeoutMs) {
      this.#reading = undefined
    }
    this.catchUp()
  }

  async #read(): Promise<void> {
    const reading = { startedAt: performance.now(), again: false }
    this.#reading = reading
    const since = this.#known
    try {
      const tail = await this.#reader.news(since)
      if (this.#reading === reading) this.#take(tail, since, reading)
    } catch {
      // The connection has said so, and the next heartbeat tries again.
    } finally {
      if (this.#reading === reading) this.#reading = undefined
    }
    if (reading.again) this.catchUp()
  }

  #take(tail: LogTail, since: Generation, reading: { readonly startedAt: number; again: boolean }): void {
    this.#proven(reading.startedAt)
    if (tail.head.epoch === since.epoch && tail.head.position < since.position) this.#goBack(tail.head, reading)
    else if (this.#owesWord || !isSame(tail.head, since)) this.#catchUpWith(tail)
  }

  #catchUpWith(tail: LogTail): void {
    this.#isCut = false
    this.#owesWord = false
    this.#tell(tail)
  }

  /** The log lost its newest records, and kept its name. Followers find that out when they read from where they are; only then comes a tail. */
  #goBack(head: Generation, reading: { again: boolean }): void {
    this.#known = head
    this.#cut()
    reading.again = true
  }

  /** Messages may have been heard since this was asked for. Then it is known a second time, and the next message is read about: neither does harm. */
  #tell(tail: LogTail): void {
    this.#known = tail.head
    for (const follower of [...this.#followers]) follower(tail)
  }

  /** As of `at`, everything was known. */
  #proven(at: number): void {
    const left = Math.max(0, at + this.#syncTimeoutMs - performance.now())
    this.#wait(left, (isLate) => {
      if (isLate) this.#wait(BUSY_GRACE_MS, () => this.#doubt())
      else this.#doubt()
    })
  }

  #wait(ms: number, run: (isLate: boolean) => void): void {
    if (this.#deadline !== undefined) this.#clock.cancel(this.#deadline)
    const due = performance.now() + ms
    this.#deadline = this.#clock.schedule(ms, () => run(performance.now() - due > LATE_MS))
  }

  /** Two turns later: an answer that has arrived is read first. */
  #doubt(): void {
    const deadline = this.#deadline
    const decide = (): void => {
      if (this.#deadline === deadline && this.#hangUp !== undefined) this.#cut()
    }
    setImmediate(() => setImmediate(decide))
  }

  #cut(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#owesWord = true
    for (const follower of [...this.#followers]) follower('cut')
  }
}

function isSame(one: Generation, other: Generation): boolean {
  return one.epoch === other.epoch && one.position === other.position
}

function ignored(): void {}
