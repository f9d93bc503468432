import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecencyMap } from '../../src/store/recency-map.ts'

/** The same text in a string of its own, as a parser makes it. */
const asNew = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')

/** What the map must do, written down as a list from the oldest to the newest. */
class ListModel {
  #list: { id: string; value: number; bytes: number }[] = []
  readonly evicted: string[] = []
  readonly #limits: { maxBytes: number; maxEntries: number }

  constructor(limits: { maxBytes: number; maxEntries: number }) {
    this.#limits = limits
  }

  get bytes(): number {
    return this.#list.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get(id: string): number | undefined {
    const found = this.#list.find((one) => one.id === id)
    if (found !== undefined) this.#list = [...this.#list.filter((one) => one !== found), found]
    return found?.value
  }

  peek(id: string): number | undefined {
    return this.#list.find((one) => one.id === id)?.value
  }

  set(id: string, value: number, bytes: number): void {
    this.delete(id)
    this.#list.push({ id, value, bytes })
    while (this.bytes > this.#limits.maxBytes || this.#list.length > this.#limits.maxEntries) {
      this.evicted.push(this.#list.shift()?.id as string) // the list is not empty: what is set fits
    }
  }

  delete(id: string): boolean {
    const length = this.#list.length
    this.#list = this.#list.filter((one) => one.id !== id)
    return this.#list.length < length
  }

  values(): number[] {
    return this.#list.map(({ value }) => value)
  }
}

// Long enough that some characters are in no place: ids that differ only there share one.
const id = fc.constantFrom(...Array.from({ length: 48 }, (_, i) => `/${'a'.repeat(i % 3)}${i}${'b'.repeat(90)}`))
const operation = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), id }),
  fc.record({ kind: fc.constant('peek' as const), id }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('set' as const), id, value: fc.nat(), bytes: fc.integer({ min: 1, max: 40 }) }),
)
const limits = fc.record({ maxBytes: fc.integer({ min: 40, max: 800 }), maxEntries: fc.integer({ min: 1, max: 40 }) })

describe('a map that lets go of what was asked for least lately', () => {
  it.each([false, true])(
    'does what a list would do, whatever is asked of it; ids that come as new strings: %s (B1)',
    (newStrings) => {
      fc.assert(
        fc.property(limits, fc.array(operation, { maxLength: 300, size: 'max' }), (bounds, operations) => {
          const model = new ListModel(bounds)
          const evicted: string[] = []
          const map = new RecencyMap<number>({ ...bounds, newStrings, onEvict: (one) => evicted.push(one) })
          for (const o of operations) {
            const sent = asNew(o.id)
            if (o.kind === 'set') {
              map.set(sent, o.value, o.bytes)
              model.set(o.id, o.value, o.bytes)
            } else expect(map[o.kind](sent)).toBe(model[o.kind](o.id))
            expect([...map.values()]).toEqual(model.values())
            expect(map.bytes).toBe(model.bytes)
          }
          expect(evicted).toEqual(model.evicted)
        }),
      )
    },
  )

  it('forgets a place with what was found there, so that nothing that was let go is found again', () => {
    const map = new RecencyMap<object>({ maxBytes: 10, newStrings: true })
    map.set('/a', {}, 10)
    expect(map.get(asNew('/a'))).toBeDefined()
    map.set('/b', {}, 10)
    expect(map.get(asNew('/a'))).toBeUndefined()
  })
})
