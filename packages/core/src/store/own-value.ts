import type { Field } from '../fields.ts'
import type { EncodedVariant, Entry, Generation, Mark, Names, StoredValue } from './entry.ts'
import { ownCopyOf } from './owned-bytes.ts'
import { isOwned } from './ownership.ts'
import type { StoreKey } from './store.ts'

/** Node's objects, maps and lists for one value, measured with pages of a few bytes. */
const OVERHEAD_BYTES = 2_048
/** V8 holds text in one or two bytes a character. */
const BYTES_PER_CHARACTER = 2

/** What keeping `value` under `key` takes, in bytes: bodies exactly, text by its length, and what the structures around it take. */
export function bytesOf(key: StoreKey, value: StoredValue): number {
  const text = key.id.length + key.full.length + key.url.length + textOf(value)
  return OVERHEAD_BYTES + BYTES_PER_CHARACTER * text + (value.kind === 'page' ? bodiesOf(value) : 0)
}

function textOf(value: StoredValue): number {
  if (value.kind === 'mark') return value.reason.length
  if (value.kind === 'names') return value.names.join('').length
  let length = value.etag.length + value.build.length + (value.remarks?.etag?.length ?? 0)
  for (const tag of value.tags) length += tag.length
  for (const [name, text] of value.fields) length += name.length + text.length
  return length
}

function bodiesOf(entry: Entry): number {
  let bytes = entry.body.byteLength
  for (const variant of entry.variants) bytes += variant.body.byteLength
  return bytes
}

/** A copy of `value` that shares nothing with the caller's: frozen, its bytes in memory of exactly their size. Bytes that are ours already are taken over. */
export function ownValue(value: StoredValue): StoredValue {
  switch (value.kind) {
    case 'page':
      return ownEntry(value)
    case 'mark':
      return ownMark(value)
    case 'names':
      return ownNames(value)
  }
}

/**
 * What a store needs of a key, which may be more to whoever made it. The strings of an owned one were put together anew, and cut out of nothing larger: they need not
 * be copied, and are the same when it is compared.
 */
export function ownKey(key: StoreKey): StoreKey {
  const { id, full, url, variant } = key
  return isOwned(key) ? Object.freeze({ id, full, url, variant }) : ownData({ id, full, url, variant })
}

function ownMark({ reason, generation, token, storedAt, deleteAt }: Mark): Mark {
  return Object.freeze({
    kind: 'mark',
    ...ownData({ reason }),
    generation: ownGeneration(generation),
    token,
    storedAt,
    deleteAt,
  })
}

function ownNames({ names, status, generation, token, storedAt, deleteAt }: Names): Names {
  return Object.freeze({
    kind: 'names',
    ...ownData({ names }),
    status,
    generation: ownGeneration(generation),
    token,
    storedAt,
    deleteAt,
  })
}

/** What pages mostly have of tags, and at first of encoded forms: shared, it is memory that none of them takes. */
const NONE: readonly never[] = Object.freeze([])

function ownEntry(entry: Entry): Entry {
  return Object.freeze({
    kind: 'page',
    status: entry.status,
    fields: ownFields(entry.fields),
    etag: ownText(entry.etag),
    tags: entry.tags.length === 0 ? NONE : ownData(entry.tags),
    build: ownText(entry.build),
    // Always there, so that all entries are of one shape.
    remarks: entry.remarks && ownData(entry.remarks),
    generation: ownGeneration(entry.generation),
    body: ownCopyOf(entry.body),
    variants: entry.variants.length === 0 ? NONE : Object.freeze(entry.variants.map(ownVariant)),
    token: entry.token,
    renderStartedAt: entry.renderStartedAt,
    storedAt: entry.storedAt,
    freshUntil: entry.freshUntil,
    staleUntil: entry.staleUntil,
    errorUntil: entry.errorUntil,
    deleteAt: entry.deleteAt,
    origin: entry.origin && ownData(entry.origin),
  })
}

/** Those of the page before: pages of one site mostly say the same, and then share one list. */
let lastFields: readonly Field[] = Object.freeze([])

function ownFields(fields: readonly Field[]): readonly Field[] {
  if (!areSame(fields, lastFields)) lastFields = ownData(fields)
  return lastFields
}

function areSame(fields: readonly Field[], others: readonly Field[]): boolean {
  return (
    fields.length === others.length &&
    fields.every(([name, value], i) => name === others[i]?.[0] && value === others[i]?.[1])
  )
}

function ownVariant({ encoding, body }: EncodedVariant): EncodedVariant {
  return Object.freeze({ encoding, body: ownCopyOf(body) })
}

/** Of the page before: as long as nothing is invalidated, it is that of all. */
let lastGeneration: Generation = Object.freeze({ epoch: '', position: -1 })

function ownGeneration({ epoch, position }: Generation): Generation {
  const isSame = epoch === lastGeneration.epoch && position === lastGeneration.position
  if (!isSame) lastGeneration = Object.freeze({ epoch, position })
  return lastGeneration
}

function ownText(text: string): string {
  return text === '' ? '' : (JSON.parse(JSON.stringify(text)) as string) // as below
}

/**
 * A frozen copy of plain data: text, lists and names. Text is made anew, for a string that was cut out of a page keeps the whole page in memory; the way
 * through JSON does that, exactly for every string, in a third of the time of structuredClone.
 */
export function ownData<T extends object>(data: T): T {
  return deepFrozen(JSON.parse(JSON.stringify(data)) as T) // plain data: what comes back has the same shape
}

function deepFrozen<T extends object>(data: T): T {
  for (const name in data) {
    const part = data[name]
    if (typeof part === 'object' && part !== null) deepFrozen(part)
  }
  return Object.freeze(data)
}
