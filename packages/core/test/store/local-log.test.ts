import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { localLog } from '../../src/store/local-log.ts'
import type { LogTail, Target } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'

const SOFT = { hard: false, settleMs: 0 }
const HARD = { hard: true, settleMs: 0 }
const tag = (name: string): Target => ({ kind: 'tag', tag: name })
const positions = ({ records }: LogTail) => (records === 'too-many' ? records : records.map(({ position }) => position))

describe('the log of one process', () => {
  it('begins at position 0 of an epoch of its own, with no purge lost', () => {
    const log = localLog()
    expect(log.head.position).toBe(0)
    expect(log.head.epoch).not.toBe(localLog().head.epoch)
    expect(log.read(log.head)).toEqual({ head: log.head, records: [], lowWater: 0, purgeLowWater: -1 })
  })

  it('makes one record of each call, whatever it names (R20, R30, R31)', () => {
    const clock = fakeClock()
    const log = localLog({ clock })
    const start = log.head
    clock.advance(5)
    const targets: Target[] = [tag('a'), { kind: 'url', url: '/a' }, { kind: 'prefix', prefix: '/g' }, { kind: 'all' }]
    expect(log.append(targets, { hard: true, settleMs: 5_000 })).toEqual({ epoch: start.epoch, position: 1 })
    expect(log.read(start).records).toEqual([{ position: 1, targets, hard: true, at: clock.now(), settleMs: 5_000 }])
  })

  it('keeps its own copy of what it is given, and writes to nothing (V16)', () => {
    const log = localLog()
    const start = log.head
    const target = { kind: 'tag', tag: 'a' } as { kind: 'tag'; tag: string }
    const targets = Object.freeze([target])
    log.append(targets, SOFT)
    target.tag = 'b'
    const { records } = log.read(start)
    expect(records).toMatchObject([{ targets: [{ tag: 'a' }] }])
    expect(Object.isFrozen((records as LogTail['records'] & object)[0])).toBe(true)
  })

  it('lists what is newer than the asker’s position, and everything to whoever comes from elsewhere', () => {
    const log = localLog()
    const { epoch } = log.head
    for (const name of ['a', 'b', 'c']) log.append([tag(name)], SOFT)
    expect(positions(log.read({ epoch, position: 1 }))).toEqual([2, 3])
    expect(positions(log.read({ epoch, position: 3 }))).toEqual([])
    expect(positions(log.read({ epoch, position: 4 }))).toEqual([1, 2, 3])
    const read = log.read({ epoch: 'another', position: 2 })
    expect(positions(read)).toEqual([1, 2, 3])
    log.append([tag('d')], SOFT)
    expect(positions(read)).toEqual([1, 2, 3]) // what was read stays what it was
  })

  it('is bounded by records, and marks how far it forgot (I7)', () => {
    const log = localLog({ maxRecords: 3 })
    const { epoch } = log.head
    log.append([tag('purged')], HARD)
    for (let i = 0; i < 4; i++) log.append([tag(`t${i}`)], SOFT)
    const { head } = log
    const kept = log.read({ epoch: 'another', position: 0 })
    expect(positions(kept)).toEqual([3, 4, 5])
    expect(kept).toMatchObject({ lowWater: 2, purgeLowWater: 1 })
    expect(positions(log.read({ epoch, position: 2 }))).toEqual([3, 4, 5])
    // What it cannot tell record by record, it marks: all of it may be named, up to its newest purge purged.
    const trimmed = { epoch, position: 1 }
    expect(log.read(trimmed)).toEqual({ head, records: 'too-many', lowWater: 5, purgeLowWater: 1 })
    log.append([tag('b')], HARD)
    expect(log.read(trimmed)).toMatchObject({ records: 'too-many', lowWater: 6, purgeLowWater: 6 })
  })

  it('is bounded by targets too: one vast record does not outstay the rest (I7)', () => {
    const log = localLog({ maxTargets: 5 })
    const elsewhere = { epoch: 'another', position: 0 }
    log.append([tag('a'), tag('b')], SOFT)
    log.append([tag('c'), tag('d'), tag('e'), tag('f')], SOFT)
    expect(log.read(elsewhere)).toMatchObject({ lowWater: 1, purgeLowWater: -1 })
    const followed: LogTail[] = []
    log.follow((news) => news !== 'cut' && followed.push(news))
    log.append(
      Array.from({ length: 6 }, (_, i) => tag(`x${i}`)),
      HARD,
    )
    expect(log.read(elsewhere)).toMatchObject({ records: [], lowWater: 3, purgeLowWater: 3 })
    expect(followed).toMatchObject([{ records: [{ position: 3 }], lowWater: 3 }])
  })

  it('keeps as many targets as it may (I7)', () => {
    const log = localLog({ maxTargets: 2 })
    log.append([tag('a')], SOFT)
    log.append([tag('b')], SOFT)
    expect(log.read({ epoch: 'another', position: 0 })).toMatchObject({ lowWater: 0 })
  })

  it('tells followers of each record at once, until they stop', () => {
    const log = localLog()
    const heard: string[] = []
    const hear = (name: string) => (news: LogTail | 'cut') => {
      heard.push(`${name} ${news === 'cut' ? news : positions(news)}`)
    }
    const stop = log.follow(hear('one'))
    log.follow(hear('two'))
    log.append([tag('a')], SOFT)
    stop()
    log.append([tag('b')], SOFT)
    expect(heard).toEqual(['one 1', 'two 1', 'two 2'])
  })

  it.each([
    [{ maxRecords: 0 }, /"localLog.maxRecords" must be/],
    [{ maxTargets: '5' as unknown as number }, /"localLog.maxTargets" must be/],
    [{ maxrecords: 5 } as never, /"localLog.maxrecords" must be left out .*Write maxRecords/],
  ])('refuses options that are none: %o', (options, message) => {
    expect(() => localLog(options)).toThrow(message)
  })

  test.prop([
    fc.array(fc.record({ names: fc.integer({ min: 0, max: 4 }), hard: fc.boolean() }), { maxLength: 30 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 0, max: 35 }),
    fc.boolean(),
  ])(
    'a tail is complete: what it does not list lies below its marks',
    (appended, maxRecords, maxTargets, asked, own) => {
      const position = own ? asked : -1
      const log = localLog({ maxRecords, maxTargets })
      for (const { names, hard } of appended) {
        log.append(
          Array.from({ length: names }, (_, i) => tag(`t${i}`)),
          { hard, settleMs: 0 },
        )
      }
      const tail = log.read({ epoch: own ? log.head.epoch : 'another', position: asked })
      const listed = positions(tail)
      appended.forEach(({ hard }, i) => {
        const at = i + 1
        if (at <= position || (listed !== 'too-many' && listed.includes(at))) return
        expect(at).toBeLessThanOrEqual(tail.lowWater)
        if (hard) expect(at).toBeLessThanOrEqual(tail.purgeLowWater)
      })
      expect(tail.head.position).toBe(appended.length)
    },
  )
})
