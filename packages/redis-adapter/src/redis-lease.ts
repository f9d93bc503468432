import type { Clock, Held, HeldByAnother, Lease, StoreKey } from '@ssr-cache/core/store'
import type { Connection } from './connection.ts'
import type { KeyNames } from './key-names.ts'
import { IS_HELD, RELEASE, RENEW, TAKE } from './lease-scripts.ts'

type TakeOptions = Parameters<Lease['take']>[1]
type RenewOptions = Parameters<Lease['renew']>[2]

/** How long whoever waits is kept waiting after all once messages cannot be heard: else they would ask again and again. */
const DEAF_MS = 50

/** Who renders a key in the whole fleet. Redis answers with spans, which each process adds to its own clock: clocks may be minutes apart (X7). */
export class RedisLease implements Lease {
  readonly #connection: Connection
  readonly #names: KeyNames
  readonly #clock: Clock

  constructor(connection: Connection, o: { readonly names: KeyNames; readonly clock: Clock }) {
    this.#connection = connection
    this.#names = o.names
    this.#clock = o.clock
  }

  async take(key: StoreKey, o: TakeOptions): Promise<Held | HeldByAnother> {
    const { generation, noOlderThan = generation } = o
    const keys = [this.#names.lease(key), this.#names.page(key)]
    const own = [generation.epoch, generation.position, o.leaseMs, o.graceMs, o.evenIfResting === true ? 1 : 0]
    const args = [...own, noOlderThan.epoch, noOlderThan.position]
    const reply = await this.#connection.run('taking a lease', TAKE, keys, args)
    const [isHeld, ...told] = reply as [number, ...(string | number)[]] // as the script answers
    const now = this.#clock.now()
    if (Number(isHeld) === 1) return { held: true, token: BigInt(told[0] ?? 0), graceUntil: now + Number(told[1]) }
    const [grace = 0, rest = 0, end = 0] = told.map(Number)
    return { held: false, graceUntil: now + grace, restUntil: instant(now, rest), endsAt: instant(now, end) }
  }

  async renew(key: StoreKey, token: bigint, o: RenewOptions): Promise<{ readonly graceUntil: number } | false> {
    const args = [String(token), o.leaseMs, o.graceMs]
    const reply = await this.#connection.run('renewing a lease', RENEW, [this.#names.lease(key)], args)
    return Number(reply) === 1 && { graceUntil: this.#clock.now() + o.graceMs }
  }

  async release(key: StoreKey, token: bigint, o?: { readonly restMs: number }): Promise<void> {
    const args = [String(token), o?.restMs ?? 0, this.#names.wakeUp(key)]
    await this.#connection.run('releasing a lease', RELEASE, [this.#names.lease(key)], args)
  }

  released(key: StoreKey, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end)
        stop()
        resolve()
      }
      const endSoon = (): void => void setTimeout(end, DEAF_MS).unref()
      const look = (): void => {
        this.#isHeld(key).then((isHeld) => isHeld || end(), endSoon)
      }
      const listener = { joined: look, message: end, left: endSoon }
      const stop = this.#connection.subscriber.listen(this.#names.wakeUp(key), listener)
      signal.addEventListener('abort', end)
    })
  }

  async #isHeld(key: StoreKey): Promise<boolean> {
    return Number(await this.#connection.run('looking at a lease', IS_HELD, [this.#names.lease(key)], [])) === 1
  }
}

/** 0 stays 0: there is none. */
function instant(now: number, span: number): number {
  return span > 0 ? now + span : 0
}
