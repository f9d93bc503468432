import { pageContext, type Surroundings, surroundings } from '../context/page-context.ts'
import { optionError, SsrCacheError } from '../errors.ts'
import { keyParts } from '../key/key-parts.ts'
import type { VariantPart } from '../key/variant.ts'
import { checkValueOptions, type ValueOptions } from '../options/value-options.ts'
import { instants, type Limits } from '../rules/freshness.ts'
import { lifetimesOf } from '../rules/policy.ts'
import { type Route, routeOf } from '../rules/routes.ts'
import { storedTags } from '../rules/tags.ts'
import type { Entry } from '../store/entry.ts'
import type { Gate } from './admission.ts'
import type { Assembly } from './assembly.ts'
import { collect } from './collect.ts'
import type { Keyed } from './keyed.ts'
import type { Body } from './plan.ts'
import type { Render } from './render-run.ts'
import { decodedValue, encodedValue, VALUE_TYPE } from './value-codec.ts'
import { valueKey } from './value-key.ts'
import type { ServedValue } from './value-service.ts'
import { Waits } from './waits.ts'

/** What a load is given. */
export interface LoadInput {
  /** Aborted past `admission.deadlineMs` and by `close()`; never by a visitor who leaves. */
  readonly signal: AbortSignal
}

/** Loads a value for everybody who asks for its key: what it depends on, the key says, or `vary` does. */
export type Load<T> = (input: LoadInput) => T | Promise<T>

/** How values are counted and told, whatever their keys. */
const VALUES_ROUTE = '(values)'

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
  readonly #varyNames: ReadonlySet<string>

  constructor(parts: Assembly) {
    this.#parts = parts
    this.#varyNames = new Set(keyParts(parts.settings.keying.key).map(({ variantName }) => variantName))
  }

  async value<T>(key: string, options: ValueOptions, load: Load<T>): Promise<T> {
    checkKey(key)
    checkValueOptions(options)
    const around = surroundings()
    const keyed = this.#keyed(key, options)
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

  #keyed(key: string, options: ValueOptions): Keyed {
    const { settings } = this.#parts
    const parts = this.#varying(options.vary ?? [])
    return valueKey({ build: settings.build?.id ?? '', key, parts, route: this.#route(options) })
  }

  #route({ tags = [], vary: _, ...lifetimes }: ValueOptions): Route {
    const own = { ...lifetimes, types: [VALUE_TYPE], setCookie: 'refuse', ignoreVary: [] } as const
    return routeOf(
      VALUES_ROUTE,
      own,
      this.#parts.settings,
      tags.flatMap((tag) => storedTags(tag)),
    )
  }

  /** Read from the page around, on a hit as on a miss: whoever asks what a render has read must not be told otherwise. */
  #varying(names: readonly string[]): readonly VariantPart[] {
    const unknown = names.find((name) => !this.#varyNames.has(name))
    if (unknown !== undefined) throw this.#unknownName(unknown)
    const variant = pageContext()?.variant ?? {}
    // In one order, however they are named.
    return [...this.#varyNames].flatMap((name): VariantPart[] => {
      const value = names.includes(name) ? variant[name] : undefined
      return value === undefined ? [] : [[name, value]]
    })
  }

  #unknownName(name: string): SsrCacheError {
    const known = [...this.#varyNames].join(', ')
    return optionError('vary', 'names of what the key of pages holds', name, `Known are: ${known || 'none'}.`)
  }

  async #kept(keyed: Keyed, loading: Loading, around: Surroundings | undefined): Promise<unknown> {
    const { render } = loading
    const served = await this.#parts.valueEngine.answer({ slot: keyed, render, validOnly: around !== undefined })
    return this.#given(served, keyed, loading, around)
  }

  /** Loaded for whoever asks, kept by nobody. */
  async #anew(slot: Keyed, { render }: Loading): Promise<unknown> {
    const attempt = await this.#parts.runner.run({ slot, render })
    if (attempt.kind === 'whole' || attempt.kind === 'too-large') return decoded(attempt.response.body)
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
  const { body: whole } = await collect(body, Number.POSITIVE_INFINITY)
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
