import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { type BodyReader, RunningBody } from '../../src/engine/running-body.ts'
import { settled } from './harness.ts'
import { WrittenBody } from './written-body.ts'

const MAX_BYTES = 12

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('latin1')

type Move =
  | { readonly kind: 'write'; readonly size: number }
  | { readonly kind: 'read' | 'leave'; readonly reader: number }
  | { readonly kind: 'join' | 'turn' | 'let-through' | 'end' | 'break' | 'abort' }

const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('write' as const), size: fc.integer({ min: 0, max: 5 }) }) },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constantFrom('read' as const), reader: fc.integer({ min: 0, max: 3 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'turn' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('leave' as const), reader: fc.integer({ min: 0, max: 3 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('let-through' as const, 'end' as const, 'break' as const, 'abort' as const),
      }),
    },
  ),
  { maxLength: 60 },
)

/** One who reads at a pace of their own, and spoils what they are given. */
class Visitor {
  readonly reader: BodyReader
  got = ''
  outcome: 'reading' | 'whole' | 'cut off' | 'left' = 'reading'
  #isAsking = false

  constructor(reader: BodyReader) {
    this.reader = reader
  }

  async read(): Promise<void> {
    if (this.#isAsking || this.outcome !== 'reading') return
    this.#isAsking = true
    try {
      const { done, value } = await this.reader.next()
      if (done === true) this.#become('whole')
      else {
        this.got += text(value)
        value.fill(0)
      }
    } catch {
      this.#become('cut off')
    } finally {
      this.#isAsking = false
    }
  }

  leave(): void {
    this.#become('left')
    void this.reader.return()
  }

  #become(outcome: Visitor['outcome']): void {
    if (this.outcome === 'reading') this.outcome = outcome
  }
}

/** A body under way, and all who read it. */
class Scene {
  readonly source = new WrittenBody()
  readonly controller = new AbortController()
  readonly visitors: Visitor[] = []
  opened = 0
  written = ''
  fate: 'running' | 'ended' | 'broken' = 'running'
  gathered: string | 'passes' | 'cut off' | undefined
  readonly body = new RunningBody(this.source, {
    maxBytes: MAX_BYTES,
    signal: this.controller.signal,
    onOpen: (body) => {
      this.opened++
      body.open()
      this.join()
    },
  })

  constructor() {
    this.body.gather().then(
      (bytes) => {
        this.gathered = bytes === undefined ? 'passes' : text(bytes)
      },
      () => {
        this.gathered = 'cut off'
      },
    )
  }

  join(): void {
    if (this.body.isOpen && this.body.isReadable) this.visitors.push(new Visitor(this.body.reader()))
  }

  async play(move: Move): Promise<void> {
    const isRunning = this.fate === 'running'
    if (move.kind === 'read') void this.visitors[move.reader]?.read()
    if (move.kind === 'leave') this.visitors[move.reader]?.leave()
    if (move.kind === 'join') this.join()
    if (move.kind === 'let-through') this.body.letThrough()
    if (move.kind === 'write' && isRunning) this.write(move.size)
    if (move.kind === 'end' && isRunning) this.source.end()
    if (move.kind === 'break' && isRunning) this.source.break(new Error('the database is down'))
    if (move.kind === 'abort' && isRunning) this.controller.abort(new Error('closed'))
    if (move.kind === 'end' && isRunning) this.fate = 'ended'
    if ((move.kind === 'break' || move.kind === 'abort') && isRunning) this.fate = 'broken'
    if (move.kind === 'turn') await settled()
    else await Promise.resolve()
  }

  write(size: number): void {
    const chunk = String.fromCharCode(97 + (this.written.length % 26)).repeat(size)
    this.written += chunk
    this.source.write(chunk)
  }

  /** Ends what has not ended, and lets everybody read on. */
  async finish(): Promise<void> {
    if (this.fate === 'running') await this.play({ kind: 'end' })
    await settled()
    for (let round = 0; round < 100 && this.visitors.some(({ outcome }) => outcome === 'reading'); round++) {
      for (const visitor of this.visitors) void visitor.read()
      await settled()
    }
  }
}

describe('the body of a page that is still rendered', () => {
  test('whatever happens, each reads the same bytes in order, whole or told to be cut off (I9, I10)', async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (script) => {
        const scene = new Scene()
        for (const move of script) await scene.play(move)
        await scene.finish()
        const { visitors, written, fate, gathered, body, source } = scene
        for (const { got, outcome } of visitors) {
          expect(written.startsWith(got)).toBe(true)
          expect(outcome).not.toBe('reading')
          // Nobody takes half a page for a page.
          if (outcome === 'whole') expect([got, fate]).toEqual([written, 'ended'])
        }
        // What is kept is what everybody was given, whatever they did to it.
        if (gathered !== 'passes' && gathered !== 'cut off') expect([gathered, fate]).toEqual([written, 'ended'])
        if (fate === 'broken') expect(gathered).not.toBe(written)
        if (gathered === 'cut off') expect(fate).toBe('broken')
        // Nobody holds anything up: what is small enough is gathered, whoever reads how slowly.
        if (fate === 'ended' && written.length <= MAX_BYTES && !script.some(({ kind }) => kind === 'let-through'))
          expect(gathered).toBe(written)
        // As what is too large and was never open is left to whoever led.
        if (gathered === 'passes' && visitors.length === 0) await body.reader().return()
        expect(getEventListeners(scene.controller.signal, 'abort')).toEqual([])
        const ended = await body.ended
        expect(ended === undefined || fate === 'broken').toBe(true)
        expect(source.letGo).toBeLessThanOrEqual(1)
        expect(scene.opened).toBeLessThanOrEqual(1)
      }),
      { numRuns: 300 },
    )
  })
})

/** A body of so many pieces, one of whose bytes each, and readers from its beginning. */
async function passing({ pieces, readers }: { pieces: number; readers: number }) {
  const source = new WrittenBody()
  const body = new RunningBody(source, { maxBytes: MAX_BYTES, onOpen: (open) => open.open() })
  const gathered = body.gather()
  source.write('x')
  await settled()
  const all = Array.from({ length: readers }, () => body.reader())
  for (let i = 1; i < pieces; i++) source.write('x')
  source.end()
  await settled()
  return { source, body, gathered, readers: all }
}

/** Reads so many pieces. */
async function read(reader: BodyReader | undefined, pieces: number): Promise<void> {
  for (let i = 0; i < pieces; i++) await reader?.next()
}

/** What a read fails with. `toThrow` with a text is content with a rejection by nothing at all. */
async function failure(reader: BodyReader | undefined): Promise<string> {
  return String(await reader?.next().catch((error: unknown) => error))
}

const BROKEN = 'SsrCacheError: ERR_SSR_CACHE_RENDER: the response of a render must be written to its end, and this one'

describe('a page that turns out too large to be kept', () => {
  test('is read no faster than its fastest reader reads, and by then nothing of it is kept (B6, I7)', async () => {
    const { source, gathered, readers } = await passing({ pieces: 100, readers: 1 })
    expect(await gathered).toBeUndefined()
    expect(source.taken).toBe(MAX_BYTES + 1)
    await read(readers[0], 40)
    expect(source.taken).toBe(40)
  })

  test('whoever falls behind by more than may be held is broken off, and holds nobody up', async () => {
    const { source, body, readers } = await passing({ pieces: 100, readers: 2 })
    const [fast, slow] = readers
    await read(fast, MAX_BYTES + 20)
    expect(source.taken).toBe(MAX_BYTES + 20)
    const tooSlow = `${BROKEN} was read too slowly beside faster readers, and is too large to be held. Look for an error on the way.`
    expect([await failure(slow), await failure(slow)]).toEqual([tooSlow, tooSlow])
    await read(fast, 100)
    expect(fast?.taken).toBe(100)
    expect(await body.ended).toBeUndefined()
  })

  test('is a copy for each of several readers: what one of them does to it, no other sees (I10)', async () => {
    const { readers } = await passing({ pieces: 100, readers: 2 })
    const given = await Promise.all(readers.map(async (reader) => (await reader.next()).value))
    given[0]?.fill(0)
    expect(text(given[1])).toBe('x')
  })

  test('whoever is behind by less reads on', async () => {
    const { readers } = await passing({ pieces: 100, readers: 2 })
    const [fast, slow] = readers
    for (let i = 0; i < 10; i++) {
      await read(fast, MAX_BYTES)
      await read(slow, MAX_BYTES)
    }
    expect([fast?.taken, slow?.taken]).toEqual([100, 100])
  })

  test('none of several who are equally slow is broken off', async () => {
    const { readers } = await passing({ pieces: 100, readers: 3 })
    for (let i = 0; i < 100; i++) for (const reader of readers) await read(reader, 1)
    expect(readers.map(({ taken }) => taken)).toEqual([100, 100, 100])
  })

  test('nobody else may begin to read it, and nobody is given less than all of it', async () => {
    const { body } = await passing({ pieces: 100, readers: 1 })
    expect(body.isReadable).toBe(false)
    expect(await failure(body.reader())).toContain(`${BROKEN} is too large to be read by one more`)
  })

  test('is read by all who were told a moment before that it is open, whatever the first of them does (I9, I10)', async () => {
    const source = new WrittenBody().write('x')
    const told = Promise.withResolvers<RunningBody>()
    const body = new RunningBody(source, {
      maxBytes: MAX_BYTES,
      onOpen: (open) => {
        open.open()
        told.resolve(open)
        source.write('x'.repeat(MAX_BYTES)).end('y')
      },
    })
    const gathered = body.gather()
    const open = await told.promise
    for (let hop = 0; hop < 20; hop++) await Promise.resolve()
    for await (const chunk of open.reader()) {
      chunk.fill(0)
      break // and leaves
    }
    const given: (string | undefined)[] = []
    for await (const chunk of open.reader()) given.push(text(chunk))
    expect([given.join(''), await gathered]).toEqual([`${'x'.repeat(MAX_BYTES + 1)}y`, undefined])
  })

  test('is asked for one piece at a time, however many wait for it', async () => {
    const source = new WrittenBody().write('x')
    const body = new RunningBody(source, { maxBytes: MAX_BYTES, onOpen: (open) => open.open() })
    void body.gather()
    await settled()
    const readers = [body.reader(), body.reader()]
    source.write('x'.repeat(MAX_BYTES))
    await settled()
    for (const reader of readers) await read(reader, 2)
    const next = vi.spyOn(source, 'next')
    const waiting = readers.map((reader) => reader.next())
    expect(next).toHaveBeenCalledTimes(1)
    source.write('y')
    expect((await Promise.all(waiting)).map(({ value }) => text(value))).toEqual(['y', 'y'])
    expect(next).toHaveBeenCalledTimes(1)
  })

  test('is let go when all have left who read it', async () => {
    const { source, body, readers } = await passing({ pieces: 100, readers: 2 })
    await readers[0]?.return()
    expect(source.letGo).toBe(0)
    await readers[1]?.return()
    expect([source.letGo, await body.ended]).toEqual([1, undefined])
  })
})

describe('a page that is gathered', () => {
  test('is not open before a turn has passed, and never where that has brought its end', async () => {
    let opened = 0
    const onOpen = (): void => {
      opened++
    }
    const atOnce = new WrittenBody().write('one').write('two').end()
    expect(text(await new RunningBody(atOnce, { maxBytes: MAX_BYTES, onOpen }).gather())).toBe('onetwo')
    await settled()
    expect(opened).toBe(0)
    const later = new WrittenBody().write('one')
    const gathered = new RunningBody(later, { maxBytes: MAX_BYTES, onOpen }).gather()
    await settled()
    expect(opened).toBe(1)
    later.end('two')
    expect(text(await gathered)).toBe('onetwo')
    expect(opened).toBe(1)
  })

  test('is one copy once it is whole, however many still read it (I7)', async () => {
    const source = new WrittenBody().write('one').write('two')
    const body = new RunningBody(source, { maxBytes: MAX_BYTES, onOpen: (open) => open.open() })
    const gathered = body.gather()
    await settled()
    const before = body.soFar
    source.end('three')
    const whole = await gathered
    expect(text(before)).toBe('onetwo')
    const reader = body.reader()
    const given: string[] = []
    for await (const chunk of reader) {
      given.push(text(chunk) ?? '')
      // Its own bytes, of exact size.
      expect(chunk.buffer.byteLength).toBe(chunk.length)
      chunk.fill(0)
    }
    expect(given).toEqual(['one', 'two', 'three'])
    expect(text(whole)).toBe('onetwothree')
  })

  test('goes on to its end when all have left who read it (I9)', async () => {
    const source = new WrittenBody().write('one')
    const body = new RunningBody(source, { maxBytes: MAX_BYTES, onOpen: (open) => open.open() })
    const gathered = body.gather()
    await settled()
    const reader = body.reader()
    const waiting = reader.next().then(() => reader.next())
    await reader.return()
    source.end('two')
    expect(text(await gathered)).toBe('onetwo')
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(source.letGo).toBe(0)
  })

  test('breaks off for whoever begins to read after it did', async () => {
    const source = new WrittenBody().write('one')
    const body = new RunningBody(source, { maxBytes: MAX_BYTES, onOpen: (open) => open.open() })
    body.gather().catch(() => {})
    await settled()
    expect(body.isReadable).toBe(true)
    source.break(new Error('the database is down'))
    await settled()
    expect(await failure(body.reader())).toBe('Error: the database is down')
    expect(body.isReadable).toBe(false)
  })

  test('that broke off says so to whoever reads it, however often they ask', async () => {
    const source = new WrittenBody().write('one')
    const body = new RunningBody(source, { maxBytes: MAX_BYTES, onOpen: (open) => open.open() })
    body.gather().catch(() => {})
    await settled()
    const reader = body.reader()
    source.break(new Error('the database is down'))
    await settled()
    expect([await failure(reader), await failure(reader)]).toEqual(Array(2).fill('Error: the database is down'))
  })

  test('breaks off where what is done with it at its first bytes throws', async () => {
    const body = new RunningBody(new WrittenBody().write('one'), {
      maxBytes: MAX_BYTES,
      onOpen: () => {
        throw new Error('a fault of ours')
      },
    })
    await expect(body.gather()).rejects.toThrow('a fault of ours')
  })

  test('breaks off at once where its render had been aborted before', async () => {
    const source = new WrittenBody().write('one')
    const body = new RunningBody(source, { maxBytes: MAX_BYTES, signal: AbortSignal.abort(new Error('closed')) })
    await expect(body.gather()).rejects.toThrow('closed')
    expect([source.letGo, source.taken]).toEqual([1, 0])
  })
})
