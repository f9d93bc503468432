import { type Item, type List, parseItem, parseList, Token } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { createTargetedField, parseTargetedField } from '../../src/cache-control/index.ts'
import { sharedFolder } from '../shared-data.ts'

/** A test vector of the HTTP working group, as its README describes it. */
interface Vector {
  readonly name: string
  /** Lines of a field. */
  readonly raw: readonly string[]
  readonly header_type: 'item' | 'list' | 'dictionary'
  readonly expected?: unknown
  readonly must_fail?: boolean
  /** Both answers are right. */
  readonly can_fail?: boolean
}

type Typed = { readonly __type: 'token' | 'binary' | 'date' | 'displaystring'; readonly value: unknown }
type Bare = string | number | boolean | Typed

const folder = sharedFolder('structured-fields')
const { missing } = folder

function vectors(type: Vector['header_type']): readonly Vector[] {
  const all = folder.files('.json').flatMap(([, file]) => file.json() as readonly Vector[])
  return all.filter((vector) => vector.header_type === type)
}

/** Whether a vector has the answer that it must have. */
function isRight({ must_fail = false, can_fail = false }: Vector, isRead: boolean): boolean {
  return can_fail || isRead === !must_fail
}

const isTyped = (bare: unknown, type: Typed['__type']): bare is Typed =>
  typeof bare === 'object' && bare !== null && '__type' in bare && bare.__type === type

/** What a targeted field keeps of a directive that it does not know: what a Cache-Control directive can have for a value. */
function keptAs(value: unknown): string | true | undefined {
  if (value === true || typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  return isTyped(value, 'token') ? String(value.value) : undefined
}

describe.skipIf(missing)(
  'the structured-field vectors pass through the targeted fields (RFC 9651; needs the vectors)',
  () => {
    it('every Dictionary is read, or its field is ignored as a whole, as the vector says', () => {
      const dictionaries = vectors('dictionary')
      expect(dictionaries).toHaveLength(430)
      for (const vector of dictionaries) {
        const read = parseTargetedField(vector.raw)
        const isEmpty = vector.raw.join('').trim() === '' // a field without a directive says nothing
        expect([vector.name, isRight(vector, read !== undefined)]).toEqual([vector.name, !isEmpty])
      }
    })

    it('every Dictionary that is read has the members of the vector, and is read back from what is written', () => {
      for (const { name, raw, expected, must_fail } of vectors('dictionary')) {
        const read = parseTargetedField(raw)
        if (read === undefined || must_fail) continue
        // No vector names a directive. Members are pairs of name and [value, parameters], the last of each name counts.
        const members = expected as readonly [string, readonly [unknown, unknown]][]
        const kept = members.flatMap(([key, [value]]) => {
          const text = keptAs(value)
          return text === undefined ? [] : [[key, text] as const]
        })
        expect([name, read.extensions ?? {}]).toEqual([name, Object.fromEntries(kept)])
        if (kept.length > 0) expect(parseTargetedField(createTargetedField(read))).toEqual(read)
      }
    })

    /** Vectors whose Item is no member of a Dictionary, with the reason. */
    const NO_MEMBERS = new Map([
      ['trailing space', 'a tab may end a Dictionary, and not an Item (RFC 9651 4.2 and 4.2.2)'],
      ['0x2c in token', 'a comma goes on with the next member'],
    ])

    it('every Item is read as the value of a directive, or its field is ignored as a whole, as the vector says', () => {
      const items = vectors('item').filter(({ raw }) => raw.length === 1) // several lines are several members
      expect(items).toHaveLength(834)
      const wrong = items.filter((vector) => !isRight(vector, parseTargetedField(`x=${trimmed(vector)}`) !== undefined))
      expect(wrong.map(({ name }) => name)).toEqual([...NO_MEMBERS.keys()])
    })

    it('lifetimes are the Integers from 0 up among the Items, flags are true, and nothing else is either (RFC 9213 2.1)', () => {
      for (const vector of vectors('item')) {
        if (vector.raw.length > 1 || vector.can_fail || NO_MEMBERS.has(vector.name)) continue
        const text = trimmed(vector)
        const [bare] = (vector.expected ?? []) as readonly [Bare?]
        const isLifetime = typeof bare === 'number' && bare >= 0 && !/^-?\d+\./.test(text)
        const { maxAge } = parseTargetedField(`max-age=${text}`) ?? {}
        expect([text, maxAge]).toEqual([text, isLifetime ? Math.min(bare, 2 ** 31) : undefined])
        const { noStore } = parseTargetedField(`no-store=${text}`) ?? {}
        expect([text, noStore]).toEqual([text, bare === true ? true : undefined])
      }
    })
  },
)

describe.skipIf(missing)(
  'the parser that judges Cache-Status in these tests passes the vectors (RFC 9651; needs the vectors)',
  () => {
    it('every List, which Cache-Status is', () => {
      const lists = vectors('list')
      expect(lists).toHaveLength(314)
      for (const vector of lists) {
        const read = readOr(() => parseList(vector.raw.join(', ')))
        expect([vector.name, isRight(vector, read !== undefined)]).toEqual([vector.name, true])
        if (read !== undefined && vector.expected !== undefined) expect(read.map(plainMember)).toEqual(vector.expected)
      }
    })

    it('every Item, which its parameters hold', () => {
      const items = vectors('item')
      expect(items).toHaveLength(836)
      for (const vector of items) {
        const read = readOr(() => parseItem(vector.raw.join(', ')))
        expect([vector.name, isRight(vector, read !== undefined)]).toEqual([vector.name, true])
      }
    })
  },
)

/** Space round an Item belongs to the field, and not to the value of a member. */
function trimmed({ raw }: Vector): string {
  return raw.join().replace(/^ +| +$/g, '')
}

function readOr<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** A member as the vectors write it. */
function plainMember([value, parameters]: List[number]): unknown {
  const plain = Array.isArray(value) ? value.map(plainMember) : plainBare(value as Item[0])
  return [plain, [...parameters].map(([name, bare]) => [name, plainBare(bare)])]
}

function plainBare(bare: Item[0]): unknown {
  return bare instanceof Token ? { __type: 'token', value: bare.toString() } : bare
}
