import type { Page } from '@ssr-cache/core'
import { pageContext } from '@ssr-cache/core/context'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openShop, settled } from './harness.ts'
import { WrittenBody } from './written-body.ts'

// Many visitors of one page at once, whose renders write when the script says so. What they get is compared with what was written, and by whom.

type Move = { readonly kind: (typeof KINDS)[number]; readonly which: number; readonly size: number }

// What happens often stands more than once.
const KINDS = [
  'visit',
  'visit',
  'write',
  'write',
  'write',
  'read',
  'read',
  'read',
  'turn',
  'turn',
  'end',
  'break',
  'leave',
  'purge',
  'invalidate',
] as const

const moves = fc.array(
  fc.record({ kind: fc.constantFrom(...KINDS), which: fc.nat({ max: 5 }), size: fc.integer({ min: 1, max: 15 }) }),
  { maxLength: 50 },
)

/** A render under way, whose bytes are its own. */
class Render {
  readonly body = new WrittenBody()
  readonly letter: string
  /** Records that were there before it. */
  readonly after: number
  text = ''
  fate: 'running' | 'ended' | 'broken' = 'running'

  constructor(number: number, after: number) {
    this.letter = String.fromCharCode(65 + number)
    this.after = after
  }

  write(size: number): void {
    if (this.fate !== 'running') return
    const piece = this.letter + '.'.repeat(size)
    this.text += piece
    this.body.write(piece)
  }

  close(fate: 'ended' | 'broken'): void {
    if (this.fate !== 'running') return
    this.fate = fate
    if (fate === 'ended') this.body.end()
    else this.body.break(new Error('the database is down'))
  }
}

class Visitor {
  /** Records that were there before the visit. */
  readonly after: number
  got = ''
  outcome: 'waiting' | 'reading' | 'whole' | 'cut off' | 'left' | 'failed' = 'waiting'
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  #isAsking = false

  constructor(page: Promise<Page>, after: number) {
    this.after = after
    page.then(
      (given) => {
        this.outcome = given.status === 200 ? 'reading' : 'failed'
        this.#reader = given.toResponse().body?.getReader()
      },
      () => {
        this.outcome = 'failed'
      },
    )
  }

  async read(): Promise<void> {
    if (this.outcome !== 'reading' || this.#isAsking) return
    this.#isAsking = true
    const step = await this.#reader?.read().catch(() => undefined)
    this.#isAsking = false
    if (step?.value !== undefined) this.got += new TextDecoder().decode(step.value)
    // Nothing that is read can change what is kept.
    step?.value?.fill(0)
    if (step?.done !== false && this.outcome === 'reading') this.outcome = step === undefined ? 'cut off' : 'whole'
  }

  leave(): void {
    if (this.outcome !== 'reading') return
    this.outcome = 'left'
    void this.#reader?.cancel()
  }
}

function makeScene(stream: 'first' | 'shared' | 'whole') {
  const shop = openShop({ stream, maxPageBytes: 60, maxAge: 600, logger: SILENT })
  const renders: Render[] = []
  const visitors: Visitor[] = []
  let records = 0
  const handler = () => {
    const render = new Render(renders.length, records)
    renders.push(render)
    pageContext()?.tag('movie')
    return render.body.page()
  }
  const play = async ({ kind, which, size }: Move): Promise<void> => {
    const render = renders[renders.length - 1 - which]
    const visitor = visitors[visitors.length - 1 - which]
    if (kind === 'visit')
      visitors.push(new Visitor(shop.cache.handle({ url: 'https://shop.example/a' }, handler), records))
    if (kind === 'write') render?.write(size)
    if (kind === 'end') render?.close('ended')
    if (kind === 'break') render?.close('broken')
    if (kind === 'read') void visitor?.read()
    if (kind === 'leave') visitor?.leave()
    if (kind === 'purge' || kind === 'invalidate') {
      await shop.cache[kind]({ tags: ['movie'] })
      records++
    }
    if (kind === 'turn') await settled()
    else await Promise.resolve()
  }
  /** Lets every render end, and everybody read on. */
  const finish = async (): Promise<void> => {
    for (let round = 0; round < 200 && visitors.some(({ outcome }) => /ing$/.test(outcome)); round++) {
      if (round % 10 === 0) for (const render of renders) render.close('ended')
      for (const visitor of visitors) void visitor.read()
      await settled()
    }
    for (const render of renders) render.close('ended')
    await settled()
  }
  return { shop, renders, visitors, play, finish }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

describe('whatever visitors, renders and invalidations do at once', () => {
  test.each(['first', 'shared', 'whole'] as const)(
    'who is given a page is given one render’s bytes to the last, or is cut off; none older than they may have; nothing is left (I2, I9, I10, I13; stream: %s)',
    async (stream) => {
      await fc.assert(
        fc.asyncProperty(moves, async (script) => {
          const { shop, renders, visitors, play, finish } = makeScene(stream)
          for (const move of script) await play(move)
          await finish()
          for (const { got, outcome, after } of visitors) {
            expect(['whole', 'cut off', 'left', 'failed']).toContain(outcome)
            if (got === '') continue
            const by = renders.find(({ letter }) => got.startsWith(letter))
            expect(by?.text.startsWith(got)).toBe(true)
            if (outcome === 'whole') expect([got, by?.fate]).toEqual([by?.text, 'ended'])
            expect(by?.after).toBeGreaterThanOrEqual(after - softly(script))
          }
          const { cache, clock } = shop
          const { renders: running, bypasses, flights, background } = cache.stats()
          expect([running.running, bypasses.running, flights, background]).toEqual([0, 0, 0, 0])
          await cache.close()
          expect(clock.pending).toBe(0)
        }),
        { numRuns: 150 },
      )
    },
    60_000,
  )
})

/** What is only invalidated may be served once more: then nothing is said of who is given what. */
function softly(script: readonly Move[]): number {
  return script.some(({ kind }) => kind === 'invalidate') ? Number.POSITIVE_INFINITY : 0
}
