import { pageContext, type Surroundings, surroundings } from '../context/page-context.ts'
import { optionError, SsrCacheError } from '../errors.ts'
import type { ValueOptions } from '../options/value-options.ts'
import { instants, type Limits } from '../rules/freshness.ts'
import { lifetimesOf } from '../rules/policy.ts'
import type { Entry } from '../store/entry.ts'
import type { Gate } from './admission/gate.ts'
import type { Assembly } from './assembly.ts'
import { collect } from './collect.ts'
import type { Keyed } from './keyed.ts'
import type { Body } from './plan.ts'
import type { Render } from './render-run.ts'
import { decodedValue, encodedValue } from './value-codec.ts'
import type { ServedValue } from './value-service.ts'
import { ValueSlots } from './value-slots.ts'
import { Waits } from './waits.ts'

/** What a load is given. */
export interface LoadInput {
  /** Aborted past `admission.deadlineMs` and by `close()`; never by a visitor who leaves. */
  readonly signal: AbortSignal
}

/** Loads a value for everybody who asks for its key: what it depends on, the key says, or `vary` does. */
export type Load<T> = (input: LoadInput) => T | Promise<T>

const MOST_KEY_LENGTH = 2_048

/** One load, and what it said of its value. */
interface Loading {
  readonly render: Render
  inside: Surroundings | undefined
}

/** Data and fragments, kept by the same rules as pages; what they say reaches the page around them. */
export class Values {
  readonly #parts: Assembly
  readonly #waits = new Waits()
  readonly #slots: ValueSlots

  constructor(parts: Assembly) {
    this.#parts = parts
    this.#slots = new ValueSlots(parts.settings)
  }

  async value<T>(key: string, options: ValueOptions, load: Load<T>): Promise<T> {
    checkKey(key)
    const keyed = this.#slots.find(key, options)
    const around = surroundings()
    const end = around && this.#waits.begin(around.id, keyed.id, key)
    try {
      // Where no page says which variant it is, none can be looked up, and what is loaded may be one visitor's.
      const isKept = this.#parts.isOff?.() !== true && (around !== undefined || !options.vary?.length)
      const loading = loadingOf(key, load, around === undefined ? this.#parts.loadGate : undefined)
      return (await (isKept ? this.#kept(keyed, loading, around) : this.#anew(keyed, loading))) as T // what was loaded is what comes back
    } finally {
      end?.()
    }
  }

  async #kept(keyed: Keyed, loading: Loading, around: Surroundings | undefined): Promise<unknown> {
    const { render } = loading
    const served = await this.#parts.valueEngine.answer({ slot: keyed, render, validOnly: around !== undefined })
    return this.#given(served, keyed, loading, around)
  }

  /** Loaded for whoever asks, kept by nobody. */
  async #anew(slot: Keyed, { render }: Loading): Promise<unknown> {
    const attempt = await this.#parts.runner.run({ slot, render })
    if (attempt.kind === 'whole' || attempt.kind === 'passing') return decoded(attempt.response.body)
    throw attempt.kind === 'declined' ? unavailable('declined') : attempt.error
  }

  /** What a store gave may be no value, whoever wrote it: then it was not there. */
  async #read(entry: Entry, keyed: Keyed, loading: Loading, around?: Surroundings): Promise<unknown> {
    try {
      return decodedValue(entry.body)
    } catch (error) {
      const { events, guarded, news, clock } = this.#parts
      events.emit('store-error', { operation: 'get', error })
      const { revision } = await guarded.get(keyed, news.index.head, clock.now())
      if (revision !== undefined) await guarded.delete(keyed, { revision })
      const value = await this.#anew(keyed, loading)
      this.#disown(keyed, loading, around)
      return value
    }
  }

  async #given(served: ServedValue, keyed: Keyed, loading: Loading, around?: Surroundings): Promise<unknown> {
    switch (served.kind) {
      case 'shared':
        around?.inherit(this.#ofEntry(keyed, served.entry))
        return this.#read(served.entry, keyed, loading, around)
      case 'own':
        this.#disown(keyed, loading, around)
        return decoded(served.body)
      case 'turned-away':
        throw unavailable(served.reason)
    }
  }

  /** A value that is valid now does not make a page older: a later record that names it names the page, which has its tags. */
  #ofEntry({ url }: Keyed, entry: Entry): Parameters<Surroundings['inherit']>[0] {
    const { kind } = this.#parts.news.index.verdict(url, entry)
    return { tags: entry.tags, limits: entry, generation: kind === 'valid' ? undefined : entry.generation }
  }

  /** Nobody shares it, so there is no entry: what its load said reaches the page all the same, and `private()` is sticky. */
  #disown({ route }: Keyed, { inside }: Loading, around?: Surroundings): void {
    if (inside === undefined) return
    const { tags, said, limits, generation, isPrivate } = inside.notes
    if (isPrivate) pageContext()?.private()
    const own: Limits = instants(this.#parts.clock.now(), lifetimesOf(200, route, said))
    around?.inherit({ tags: [...route.tags, ...tags], limits: own, generation })
    around?.inherit({ tags: [], limits, generation })
  }
}

/** `gate`: where the load takes a place. Inside of a render it has none: that render has one, and might wait for it for good. */
function loadingOf(key: string, load: Load<unknown>, gate?: Gate): Loading {
  const loading: Loading = {
    inside: undefined,
    async render(signal) {
      loading.inside = surroundings()
      const place = await gate?.apply().place
      if (gate !== undefined && place === undefined) throw unavailable('turned-away')
      try {
        return { kind: 'response', ...encodedValue(key, await load({ signal })) }
      } finally {
        place?.release()
      }
    },
  }
  return loading
}

async function decoded(body: Body): Promise<unknown> {
  const { body: whole } = await collect(body, { maxBytes: Number.POSITIVE_INFINITY })
  return decodedValue(whole as Uint8Array) // nothing is larger than that
}

function checkKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key !== '' && key.length <= MOST_KEY_LENGTH) return
  const expected = `a string of 1 to ${MOST_KEY_LENGTH} characters`
  throw optionError('key', expected, key, "Write cache.value('menu:main', { maxAge: 600 }, load).")
}

function unavailable(reason: string): SsrCacheError {
  const late = reason === 'timeout' || reason === 'deadline'
  return late
    ? new SsrCacheError(
        'ERR_SSR_CACHE_DEADLINE',
        'a load must end within admission.deadlineMs, and this one did not. Raise it, or find out what the load waits for.',
      )
    : new SsrCacheError(
        'ERR_SSR_CACHE_VALUE',
        `a value must be loaded or kept, and it was neither (${reason}). Ask again.`,
      )
}
