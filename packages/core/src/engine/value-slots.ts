import { pageContext } from '../context/page-context.ts'
import { optionError, type SsrCacheError } from '../errors.ts'
import { keyParts } from '../key/key-parts.ts'
import type { VariantPart } from '../key/variant.ts'
import type { Settings } from '../options/settings.ts'
import { checkValueOptions, type ValueOptions } from '../options/value-options.ts'
import { type Route, routeOf } from '../rules/routes.ts'
import { storedTags, type Tag } from '../rules/tags.ts'
import { ownData } from '../store/own-value.ts'
import { RecencyMap } from '../store/recency-map.ts'
import { FirstSights } from './first-sights.ts'
import type { Keyed } from './keyed.ts'
import { VALUE_TYPE } from './value-codec.ts'
import { valueKey } from './value-key.ts'

/** How values are counted and told, whatever their keys. */
const VALUES_ROUTE = '(values)'

// Bytes of keys and options, and of what follows from them.
const MEMO_BYTES = 16 * 1024 ** 2
const SLOT_BYTES = 1_000
// V8 holds text in one or two bytes a character; a key stands in five places, in one of them percent-encoded.
const BYTES_PER_CHARACTER = 16

/** What was asked for by one key, last. */
interface Known {
  readonly key: string
  readonly options: ValueOptions
  readonly route: Route
  /** With the parts that it varied by, last. */
  slot: Keyed
}

/** Checks options and makes the key of each value once, as long as it is asked for by the same options, whichever objects they are. */
export class ValueSlots {
  readonly #memo = new RecencyMap<Known>({ maxBytes: MEMO_BYTES })
  readonly #firstSights = new FirstSights()
  readonly #settings: Settings
  readonly #build: string
  readonly #varyNames: ReadonlySet<string>

  constructor(settings: Settings) {
    this.#settings = settings
    this.#build = settings.build?.id ?? ''
    this.#varyNames = new Set(keyParts(settings.keying.key).map(({ variantName }) => variantName))
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#memo.size
  }

  /** @throws ERR_SSR_CACHE_OPTION for options that are wrong. */
  find(key: string, options: ValueOptions): Keyed {
    const known = this.#known(key, options)
    const parts = this.#varying(known.options.vary)
    if (!areSameParts(known.slot.parts, parts)) known.slot = this.#slot(known, parts)
    return known.slot
  }

  #known(key: string, options: ValueOptions): Known {
    const known = this.#memo.get(key)
    if (known !== undefined && areSame(known.options, options)) return known
    checkValueOptions(options)
    this.#checkNames(options.vary)
    const made = this.#made(key, options)
    // What comes once, or seldom, is not remembered: of a flood of keys, that would take twice as long as to make it anew.
    return this.#firstSights.isFirst(made.slot.id) ? made : this.#remember(made)
  }

  /** Made of strings of its own: one that was cut out of a header keeps all of the header in memory. */
  #remember({ key, options }: Known): Known {
    const own = ownData({ key, options: plainOptions(options) })
    const known = this.#made(own.key, own.options)
    this.#memo.set(own.key, known, SLOT_BYTES + BYTES_PER_CHARACTER * textOf(known))
    return known
  }

  #made(key: string, options: ValueOptions): Known {
    const route = this.#route(options)
    return { key, options, route, slot: this.#slot({ key, route }, NO_PARTS) }
  }

  #slot({ key, route }: Pick<Known, 'key' | 'route'>, parts: readonly VariantPart[]): Keyed {
    return valueKey({ build: this.#build, key, parts, route })
  }

  #route({ tags = [], vary: _, ...lifetimes }: ValueOptions): Route {
    const none = { types: [VALUE_TYPE], setCookie: 'refuse', ignoreVary: [], stream: 'whole' } as const
    const { deadlineMs } = this.#settings.admission
    // Who loads it waits as long as the load may take.
    const own = {
      ...lifetimes,
      ...none,
      freshness: 'policy',
      admission: { timeoutMs: deadlineMs },
      strategy: 'default',
    } as const
    return routeOf(
      VALUES_ROUTE,
      own,
      this.#settings,
      tags.flatMap((tag) => storedTags(tag)),
    )
  }

  #checkNames(names: readonly string[] = []): void {
    const unknown = names.find((name) => !this.#varyNames.has(name))
    if (unknown !== undefined) throw this.#unknownName(unknown)
  }

  #unknownName(name: string): SsrCacheError {
    const known = [...this.#varyNames].join(', ')
    return optionError('vary', 'names of what the key of pages holds', name, `Known are: ${known || 'none'}.`)
  }

  /** Read from the page around, on a hit as on a miss: whoever asks what a render has read must not be told otherwise. */
  #varying(names: readonly string[] | undefined): readonly VariantPart[] {
    if (names === undefined || names.length === 0) return NO_PARTS
    const variant = pageContext()?.variant ?? {}
    // In one order, however they are named.
    return [...this.#varyNames].flatMap((name): VariantPart[] => {
      const value = names.includes(name) ? variant[name] : undefined
      return value === undefined ? [] : [[name, value]]
    })
  }
}

const NO_PARTS: readonly VariantPart[] = Object.freeze([])

/** What options are, without what a tag may hold beside class and id. */
function plainOptions({ tags, ...others }: ValueOptions): ValueOptions {
  if (tags === undefined) return others
  return { ...others, tags: tags.map((tag) => (typeof tag === 'string' ? tag : plainTag(tag))) }
}

function plainTag({ class: name, id }: Exclude<Tag, string>): Tag {
  return id === undefined ? { class: name } : { class: name, id }
}

function textOf({ key, route }: Known): number {
  let { length } = key
  for (const tag of route.tags) length += tag.length
  return length
}

/** Whether options say what they said before. Each call may have an object of its own, or the same one with something else in it. */
function areSame(known: ValueOptions, options: ValueOptions): boolean {
  if (!isPlain(options)) return false
  const names = Object.keys(options) as (keyof ValueOptions)[] // those that `known` lacks are none, and differ
  return names.length === Object.keys(known).length && names.every((name) => isSame(known[name], options[name]))
}

function isPlain(options: unknown): boolean {
  return typeof options === 'object' && options !== null && Object.getPrototypeOf(options) === Object.prototype
}

function isSame(known: ValueOptions[keyof ValueOptions], given: ValueOptions[keyof ValueOptions]): boolean {
  if (typeof known !== 'object') return known !== undefined && known === given
  return Array.isArray(given) && known.length === given.length && known.every((tag, i) => isSameTag(tag, given[i]))
}

function isSameTag(known: Tag, given: Tag | null | undefined): boolean {
  if (typeof known === 'string' || typeof given === 'string') return known === given
  return known.class === given?.class && known.id === given.id
}

function areSameParts(parts: readonly VariantPart[], others: readonly VariantPart[]): boolean {
  if (parts.length !== others.length) return false
  return parts.every(([name, value], i) => name === others[i]?.[0] && value === others[i]?.[1])
}
