import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fc, test } from '@fast-check/vitest'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { idTrace } from '../src/trace/id-trace.ts'
import { runTrace } from '../src/trace/run-trace.ts'
import { traceCommand } from '../src/trace/trace-command.ts'
import { runTool, Scratch } from './tool-process.ts'

const scratch = new Scratch()
afterAll(() => scratch.remove())
afterEach(() => vi.unstubAllEnvs())

/** What the command prints. */
async function printed(args: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = []
  await traceCommand(args, (line) => lines.push(line))
  return lines
}

function bigEndian(ids: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(ids.length * 4)
  for (const [index, id] of ids.entries()) bytes.writeUInt32BE(id, index * 4)
  return bytes
}

/** Hits of a plain LRU cache that keeps `entries` ids. */
function naiveHits(ids: readonly number[], entries: number): number {
  let hits = 0
  let kept: readonly number[] = []
  for (const id of ids) {
    if (kept.includes(id)) hits++
    kept = [id, ...kept.filter((other) => other !== id)].slice(0, entries)
  }
  return hits
}

/** Gives `ids` in pieces, as a file does. */
async function* inPieces(ids: readonly number[], length: number): AsyncGenerator<readonly number[]> {
  for (let at = 0; at < ids.length; at += length) yield ids.slice(at, at + length)
}

const SHARED = fileURLToPath(new URL('../../../shared/data/traces/web07.trace.bin', import.meta.url))
// Plain LRU by number of entries, as the trace's own note has it.
const WEB07 = { 75: 0.3114, 300: 0.419, 500: 0.4558, 1000: 0.5041, 3000: 0.5854, 10000: 0.69 }

describe('a trace through the memory store', () => {
  test.prop([
    fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 200, size: 'max' }),
    fc.integer({ min: 1, max: 14 }),
  ])('gives the hits of plain LRU, whatever the trace and the bound (I7)', async (ids, entries) => {
    const [figures] = await runTrace(inPieces(ids, 7), [entries])
    const hits = naiveHits(ids, entries)
    expect(figures).toEqual({
      entries,
      requests: ids.length,
      hits,
      hitRatio: ids.length === 0 ? 0 : hits / ids.length,
    })
  })

  it('gives several bounds their own stores, which do not know of each other', async () => {
    const figures = await runTrace(inPieces([1, 2, 1, 2, 3, 1], 4), [1, 2, 3])
    expect(figures.map(({ hits }) => hits)).toEqual([0, 2, 3])
  })

  it.skipIf(!existsSync(SHARED))(
    `gives the published figures of web07 to the fourth decimal${existsSync(SHARED) ? '' : ' (skipped: no shared data beside the repository)'}`,
    async () => {
      const bounds = Object.keys(WEB07)
      const lines = await printed([SHARED, '--json', ...bounds.flatMap((n) => ['--entries', n])])
      const figures = lines.map((line) => JSON.parse(line))
      expect(Object.fromEntries(figures.map((one) => [one.entries, Number(one.hitRatio.toFixed(4))]))).toEqual(WEB07)
      expect(figures[0]).toMatchObject({ trace: 'web07.trace.bin', requests: 76_118 })
    },
  )
})

describe('the file of a trace', () => {
  test.prop([fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 60 })])(
    'is read as big-endian unsigned numbers of 32 bits',
    async (ids) => {
      const bytes = bigEndian(ids)
      const path = await scratch.file('ids.bin', bytes)
      const read: number[] = []
      for await (const some of idTrace({ path, name: 'ids.bin', size: bytes.length })) read.push(...some)
      expect(read).toEqual(ids)
    },
  )

  it('may be longer than one piece of reading', async () => {
    const ids = Array.from({ length: 100_000 }, (_, n) => n * 40_000)
    const path = await scratch.file('long.bin', bigEndian(ids))
    const read: number[] = []
    for await (const some of idTrace({ path, name: 'long.bin', size: ids.length * 4 })) read.push(...some)
    expect(read).toEqual(ids)
  })
})

describe('npm run trace', () => {
  it('prints the hit ratio for each bound, for people', async () => {
    const path = await scratch.file('trace.bin', bigEndian([7, 8, 7, 8, 9, 7]))
    const { code, stdout, stderr } = await runTool('trace', [path, '--entries', '2', '--entries', '1000'])
    expect(stdout).toBe(
      '2 entries: hitRatio 0.3333 (2 of 6 requests)\n1,000 entries: hitRatio 0.5000 (3 of 6 requests)\n',
    )
    expect([code, stderr]).toEqual([0, ''])
  })

  it('prints one JSON object for a bound', async () => {
    const path = await scratch.file('trace.bin', bigEndian([7, 8, 7, 8]))
    const [line = '', ...more] = await printed([path, '--entries', '2', '--json'])
    expect(JSON.parse(line)).toEqual({
      trace: 'trace.bin',
      eviction: 'leastRecentlyUsed',
      entries: 2,
      requests: 4,
      hits: 2,
      hitRatio: 0.5,
    })
    expect(more).toEqual([])
  })

  it('finds the file from where npm was called', async () => {
    await scratch.file('here.bin', bigEndian([7, 7]))
    vi.stubEnv('INIT_CWD', await scratch.folder())
    expect(await printed(['here.bin', '--entries', '2'])).toEqual([expect.stringContaining('hitRatio 0.5000')])
  })

  it('explains itself', async () => {
    expect((await printed(['--help'])).join()).toMatch(/--entries N .*--json/s)
  })

  it.each([
    ['a file that is missing', ['none.bin', '--entries', '5'], /none\.bin: there is no such file\./],
    ['an empty file', ['empty.bin', '--entries', '5'], /empty\.bin is empty\./],
    ['a folder', ['.', '--entries', '5'], /\. is a folder/],
    ['a trace that is cut off in an id', ['cut.bin', '--entries', '5'], /cut\.bin is cut off .* 3 of its 7 bytes/],
    ['no file', ['--entries', '5'], /expected one FILE, got none/],
    ['two files', ['cut.bin', 'b', '--entries', '5'], /expected one FILE, got cut\.bin b/],
    ['no number of entries', ['cut.bin'], /--entries N is missing/],
    ['no value for it', ['cut.bin', '--entries', '--json'], /'--entries' argument missing/],
    ['none of them', ['cut.bin', '--entries', '0'], /--entries must be a whole number > 0, got "0"/],
    ['fewer than none', ['cut.bin', '--entries', '-5'], /--entries must be a whole number > 0, got "-5"/],
    ['half a one', ['cut.bin', '--entries', '1.5'], /--entries must be a whole number > 0, got "1\.5"/],
    ['a word for a number', ['cut.bin', '--entries', 'many'], /--entries must be .* got "many"/],
    ['an unknown option', ['cut.bin', '--entires', '5'], /Unknown option '--entires'/],
  ])('says what is wrong with %s, and prints no figure', async (_, args, message) => {
    await scratch.file('empty.bin', '')
    await scratch.file('cut.bin', '1234567')
    vi.stubEnv('INIT_CWD', await scratch.folder())
    const print = vi.fn()
    await expect(traceCommand(args, print)).rejects.toThrow(message)
    expect(print).not.toHaveBeenCalled()
  })

  it.each([
    ['a trace that is cut off', ['cut.bin', '--entries', '5'], 1],
    ['a wrong call', ['cut.bin', '--entries', 'x'], 2],
  ])('ends on %s with one line and an exit code', async (_, args, exitCode) => {
    await scratch.file('cut.bin', '1234567')
    const { code, stdout, stderr } = await runTool('trace', args, { INIT_CWD: await scratch.folder() })
    expect(stderr).toMatch(/^trace: .*\n$/)
    expect([code, stdout]).toEqual([exitCode, ''])
  })
})
