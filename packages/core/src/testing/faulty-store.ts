import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { InvalidationLog, Lease, Now, Store } from '../store/store.ts'

/** What goes wrong with a call. */
export type Fault =
  /** The store answers by a promise, even if it has the answer at once. */
  | { readonly kind: 'async' }
  /** The call reaches the store `ms` later, by the clock that was handed in. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The store does its work at once, and its answer comes `ms` later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The call reaches the store when `until` has settled: for tests that decide themselves what happens first. */
  | { readonly kind: 'wait'; readonly until: Promise<unknown> }
  /** The call does not reach the store, and rejects. */
  | { readonly kind: 'reject'; readonly error?: unknown }
  /** The call does not reach the store, and throws at once. */
  | { readonly kind: 'throw'; readonly error?: unknown }
  /** The call does not reach the store, and never settles. */
  | { readonly kind: 'hang' }

/** A write that says it was done, and was not. */
export interface Lost {
  readonly kind: 'lose'
}

/** What goes wrong, by method. */
export interface Faults {
  get?: Fault | undefined
  set?: Fault | Lost | undefined
  delete?: Fault | Lost | undefined
  take?: Fault | undefined
  renew?: Fault | undefined
  release?: Fault | undefined
  /** Of a lease: `lose` wakes nobody. */
  released?: Fault | Lost | undefined
  append?: Fault | undefined
  read?: Fault | undefined
}

/** A store that fails as it is told. */
export interface FaultyStore extends Store {
  /** Looked at on each call: set and unset a fault while the store is in use. */
  readonly faults: Faults
  /** How often each method was called, whatever came of it. */
  readonly calls: Readonly<Record<keyof Faults, number>>
}

/** Options of {@link faultyStore}. */
export interface FaultyStoreOptions {
  /** What goes wrong from the start. @default nothing */
  readonly faults?: Faults
  /** Times delays. @default the system's clock */
  readonly clock?: Clock
}

/**
 * Puts faults between a cache and its store. Without faults it answers exactly as `inner` does.
 * @example
 * ```ts
 * const store = faultyStore(memoryStore({ clock }), { clock })
 * store.faults.get = { kind: 'hang' } // a black hole
 * store.faults.get = undefined // it is back
 * ```
 */
export function faultyStore(inner: Store, options: FaultyStoreOptions = {}): FaultyStore {
  const calls = { get: 0, set: 0, delete: 0, take: 0, renew: 0, release: 0, released: 0, append: 0, read: 0 }
  const faults: Faults = { ...options.faults }
  const clock = options.clock ?? systemClock

  function call<T>(method: keyof Faults, reach: () => Now<T>, lost: () => Now<T> = reach): Now<T> {
    calls[method]++
    const fault = faults[method]
    if (fault === undefined) return reach()
    return fault.kind === 'lose' ? lost() : suffer(fault, clock, reach)
  }

  const { lease, log } = inner
  return {
    faults,
    calls,
    capabilities: inner.capabilities,
    get: (key, o) => call('get', () => inner.get(key, o)),
    set: (key, value, o) =>
      call(
        'set',
        () => inner.set(key, value, o),
        () => 'stored',
      ),
    delete: (key, o) =>
      call(
        'delete',
        () => inner.delete(key, o),
        () => true,
      ),
    ...(lease && { lease: faultyLease(lease, call) }),
    ...(log && { log: faultyLog(log, call) }),
    // It lies in this process, and nothing that happens on the way happens to it.
    ...(inner.near && { near: inner.near }),
    close: () => inner.close?.(),
  }
}

type Call = <T>(method: keyof Faults, reach: () => Now<T>, lost?: () => Now<T>) => Now<T>

function faultyLease(lease: Lease, call: Call): Lease {
  const released = lease.released?.bind(lease)
  return {
    take: (key, o) => call('take', () => lease.take(key, o)),
    renew: (key, token, o) => call('renew', () => lease.renew(key, token, o)),
    release: (key, token, o) => call('release', () => lease.release(key, token, o)),
    ...(released && {
      async released(key, o) {
        await call(
          'released',
          () => released(key, o),
          () => whenAborted(o.signal),
        )
      },
    }),
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function faultyLog(log: InvalidationLog, call: Call): InvalidationLog {
  return {
    append: (targets, o) => call('append', () => log.append(targets, o)),
    read: (since) => call('read', () => log.read(since)),
    follow: (on) => log.follow(on),
  }
}

function suffer<T>(fault: Fault, clock: Clock, reach: () => Now<T>): Now<T> {
  switch (fault.kind) {
    case 'async':
      return Promise.resolve().then(reach)
    case 'delay':
      return sleep(clock, fault.ms).then(reach)
    case 'late':
      return answeredLate(reach(), sleep(clock, fault.ms))
    case 'wait':
      return fault.until.then(reach, reach)
    case 'reject':
      return Promise.reject(fault.error ?? new Error('the store is out of order'))
    case 'throw':
      throw fault.error ?? new Error('the store is out of order')
    case 'hang':
      return new Promise(() => {})
  }
}

async function answeredLate<T>(answer: Now<T>, slept: Promise<void>): Promise<T> {
  const [value] = await Promise.all([answer, slept])
  return value
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve))
}
