import { describe, expect, it } from 'vitest'
import { InvalidationIndex } from '../../src/store/invalidation-index.ts'
import { localLog } from '../../src/store/local-log.ts'
import type { LogTail, Target } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { stepsInText, stepsOfCollections } from '../work.ts'

const URL = 'https://shop.example/genres/drama?page=2'
const tag = (name: string): Target => ({ kind: 'tag', tag: name })

function setUp(options: { maxTargets?: number } = {}) {
  const clock = fakeClock()
  const log = localLog({ clock })
  const index = new InvalidationIndex(options)
  index.apply(log.read(index.head))
  log.follow((news) => index.apply(news))
  /** A page whose render starts now. */
  const rendered = (...tags: string[]) => ({ tags, generation: index.head, renderStartedAt: clock.now() })
  const record = (hard: boolean, settleMs: number, targets: readonly Target[]) => {
    clock.advance(1_000)
    log.append(targets, { hard, settleMs })
    return clock.now()
  }
  const invalidate = (...targets: Target[]) => record(false, 0, targets)
  const purge = (...targets: Target[]) => record(true, 0, targets)
  return { clock, log, index, rendered, record, invalidate, purge }
}

describe('the verdict on a page', () => {
  it('is stale since the record for what was rendered before it, valid for what came after (V7, V12, R32)', () => {
    const { index, rendered, invalidate } = setUp()
    const before = rendered('movie:42')
    expect(index.verdict(URL, before)).toEqual({ kind: 'valid', settling: false })
    const at = invalidate(tag('movie:42'))
    expect(index.verdict(URL, before)).toEqual({ kind: 'stale', at })
    // Within the same millisecond.
    expect(index.verdict(URL, rendered('movie:42')).kind).toBe('valid')
  })

  it('is absent after a purge, whatever was invalidated before or since (V12)', () => {
    const { index, rendered, invalidate, purge } = setUp()
    const page = rendered('movie:42')
    invalidate(tag('movie:42'))
    purge(tag('movie:42'))
    invalidate(tag('movie:42'), { kind: 'all' })
    expect(index.verdict(URL, page)).toEqual({ kind: 'absent' })
  })

  it('goes by the tags that the render found on its way, and by when it started (V3)', () => {
    const { index, rendered, invalidate } = setUp()
    const started = rendered()
    invalidate(tag('found:late'))
    expect(index.verdict(URL, { ...started, tags: ['known', 'found:late'] }).kind).toBe('stale')
    expect(index.verdict(URL, { ...started, tags: ['known'] }).kind).toBe('valid')
  })

  it.each<[string, Target, boolean]>([
    ['its URL on every host', { kind: 'url', url: '/genres/drama?page=2' }, true],
    ['its absolute URL', { kind: 'url', url: URL }, true],
    ['its URL without the query', { kind: 'url', url: '/genres/drama' }, false],
    ['its URL on another host', { kind: 'url', url: 'https://other.example/genres/drama?page=2' }, false],
    ['a prefix', { kind: 'prefix', prefix: '/genres/' }, true],
    ['the same prefix without its slash', { kind: 'prefix', prefix: '/genres' }, true],
    ['its own path as a prefix', { kind: 'prefix', prefix: '/genres/drama' }, true],
    ['the root', { kind: 'prefix', prefix: '/' }, true],
    ['a prefix on its host', { kind: 'prefix', prefix: 'https://shop.example/genres' }, true],
    ['a prefix on another host', { kind: 'prefix', prefix: 'https://other.example/genres' }, false],
    ['half a segment', { kind: 'prefix', prefix: '/gen' }, false],
    ['a deeper prefix', { kind: 'prefix', prefix: '/genres/drama/x' }, false],
    ['everything', { kind: 'all' }, true],
    ['a tag of it', tag('b'), true],
    ['a tag with a star (V18)', tag('*'), false],
    ['a tag with a class of letters (V18)', tag('[ab]'), false],
    ['a tag that reads like its URL', tag(URL), false],
    ['a URL that reads like its tag', { kind: 'url', url: 'b' }, false],
  ])('follows a record of %s', (_, target, hit) => {
    const { index, rendered, invalidate } = setUp()
    const page = rendered('a', 'b')
    invalidate(target)
    expect(index.verdict(URL, page).kind).toBe(hit ? 'stale' : 'valid')
  })

  it('a tag with a star is hit by its own name (V18)', () => {
    const { index, rendered, invalidate } = setUp()
    const page = rendered('movie:*')
    invalidate(tag('movie:1'))
    expect(index.verdict(URL, page).kind).toBe('valid')
    invalidate(tag('movie:*'))
    expect(index.verdict(URL, page).kind).toBe('stale')
  })

  it('counts from the first record that hit, so that a second one does not lengthen a life', () => {
    const { index, rendered, invalidate } = setUp()
    invalidate(tag('a'))
    const page = rendered('a', 'b')
    const first = invalidate(tag('b'))
    for (let i = 0; i < 3; i++) invalidate(tag('a'), tag('b'))
    expect(index.verdict(URL, page)).toEqual({ kind: 'stale', at: first })
  })

  it('of a page that slept through many records counts from no later than the first, and not from before its render', () => {
    const { index, rendered, invalidate } = setUp()
    for (let i = 0; i < 20; i++) invalidate(tag('a'))
    const page = rendered('a')
    const first = invalidate(tag('a'))
    for (let i = 0; i < 20; i++) invalidate(tag('a'))
    const verdict = index.verdict(URL, page)
    expect(verdict.kind === 'stale' && verdict.at).toBeLessThanOrEqual(first)
    expect(verdict.kind === 'stale' && verdict.at).toBeGreaterThanOrEqual(page.renderStartedAt)
  })

  it('does not forget a record with time: it outlives every entry (V9)', () => {
    const { clock, index, rendered, purge } = setUp()
    const page = rendered('a')
    purge(tag('a'))
    clock.advance(10 * 365 * 86_400_000)
    expect(index.verdict(URL, page).kind).toBe('absent')
  })

  it('is settling while replicas may still be behind a record that names it', () => {
    const { clock, index, rendered, record } = setUp()
    const at = record(false, 5_000, [tag('a')])
    clock.advance(4_999)
    const early = rendered('a')
    expect(index.verdict(URL, early)).toEqual({ kind: 'valid', settling: true })
    expect(index.verdict(URL, rendered('b'))).toEqual({ kind: 'valid', settling: false })
    clock.advance(1)
    expect(clock.now()).toBe(at + 5_000)
    expect(index.verdict(URL, rendered('a'))).toEqual({ kind: 'valid', settling: false })
    // Later records do not change what an earlier one said of the render.
    record(false, 0, [tag('b')])
    record(false, 1, [{ kind: 'all' }])
    clock.advance(10)
    const long = record(false, 60_000, [{ kind: 'all' }])
    record(false, 1, [{ kind: 'all' }])
    clock.advance(10)
    expect(clock.now()).toBeLessThan(long + 60_000)
    expect(index.verdict(URL, rendered())).toEqual({ kind: 'valid', settling: true })
  })

  it('of one target ends with its own time, though others settle for longer', () => {
    const { index, rendered, record } = setUp()
    const at = record(false, 5_000, [tag('a')])
    record(false, 60_000, [tag('b')])
    const page = rendered('a')
    expect(index.verdict(URL, { ...page, renderStartedAt: at + 4_999 })).toEqual({ kind: 'valid', settling: true })
    expect(index.verdict(URL, { ...page, renderStartedAt: at + 5_000 })).toEqual({ kind: 'valid', settling: false })
  })

  it('is not settling after a record that asked for no time, though clocks disagree', () => {
    const { index, rendered, record } = setUp()
    const at = record(false, 0, [tag('a')])
    record(false, 60_000, [tag('b')])
    const behind = { ...rendered('a'), renderStartedAt: at - 1 }
    expect(index.verdict(URL, behind)).toEqual({ kind: 'valid', settling: false })
  })

  it('follows no prefix into a query', () => {
    const { index, rendered, invalidate } = setUp()
    const page = rendered()
    invalidate({ kind: 'prefix', prefix: '/a?b' })
    expect(index.verdict('https://shop.example/a?b/c', page).kind).toBe('valid')
  })

  it('stays settling for a render that started in time, whatever is recorded of others since', () => {
    const { index, rendered, record } = setUp()
    record(false, 5_000, [tag('a')])
    const early = rendered('a')
    record(false, 0, [tag('b')])
    expect(index.verdict(URL, early)).toEqual({ kind: 'valid', settling: true })
  })
})

describe('an index that cannot know', () => {
  it('finds nothing valid before it has heard of the log (V8)', () => {
    const index = new InvalidationIndex()
    expect(index.isCut).toBe(true)
    expect(index.head).toEqual({ epoch: '', position: -1 })
    const page = { tags: [], generation: index.head, renderStartedAt: 5 }
    expect(index.verdict(URL, page)).toEqual({ kind: 'unproven' })
  })

  it('finds nothing valid once it was cut off, until a tail closes the gap (V8)', () => {
    const { log, index, rendered } = setUp()
    const page = rendered('a')
    expect(index.apply('cut')).toBe(false)
    expect(index.head).toEqual(log.head)
    expect(index.verdict(URL, page).kind).toBe('unproven')
    expect(index.apply(log.read(index.head))).toBe(true)
    expect(index.isCut).toBe(false)
    expect(index.verdict(URL, page).kind).toBe('valid')
  })

  it('sees that a piece of news is missing, and says so', () => {
    const clock = fakeClock()
    const log = localLog({ clock })
    const index = new InvalidationIndex()
    index.apply(log.read(index.head))
    const page = { tags: ['a'], generation: index.head, renderStartedAt: clock.now() }
    log.append([tag('a')], { hard: true, settleMs: 0 }) // never arrives
    const { position } = log.append([tag('b')], { hard: false, settleMs: 0 })
    const next = log.read({ epoch: log.head.epoch, position: position - 1 })
    expect(index.apply(next)).toBe(false)
    expect(index.verdict(URL, page).kind).toBe('unproven')
    expect(index.apply(log.read(index.head))).toBe(true)
    expect(index.verdict(URL, page).kind).toBe('absent')
  })

  it('counts what a trimmed log no longer tells as stale, and as absent where a purge was trimmed (I7)', () => {
    const { index, rendered } = setUp()
    const page = rendered()
    const { epoch } = page.generation
    const tail: LogTail = { head: { epoch, position: 9 }, records: 'too-many', lowWater: 9, purgeLowWater: -1 }
    expect(index.apply(tail)).toBe(true)
    expect(index.verdict(URL, page)).toEqual({ kind: 'stale', at: page.renderStartedAt })
    expect(index.verdict(URL, rendered()).kind).toBe('valid')
    const page2 = rendered()
    index.apply({ head: { epoch, position: 20 }, records: 'too-many', lowWater: 20, purgeLowWater: 15 })
    expect(index.verdict(URL, page2).kind).toBe('absent')
    expect(index.verdict(URL, { ...page2, generation: { epoch, position: 15 } }).kind).toBe('stale')
  })

  it('does not lose what it knows when the log trims it', () => {
    const clock = fakeClock()
    const log = localLog({ clock, maxRecords: 1 })
    const index = new InvalidationIndex()
    index.apply(log.read(index.head))
    log.follow((news) => index.apply(news))
    const page = { tags: ['kept'], generation: index.head, renderStartedAt: clock.now() }
    const purged = { ...page, tags: ['purged'] }
    log.append([tag('purged')], { hard: true, settleMs: 0 })
    for (let i = 0; i < 10; i++) log.append([tag(`t${i}`)], { hard: false, settleMs: 0 })
    expect(log.read(page.generation).records).toBe('too-many')
    expect(index.verdict(URL, page).kind).toBe('valid')
    expect(index.verdict(URL, purged).kind).toBe('absent')
  })

  it('forgets the longest unnamed target first, and lets what it may have hit count as hit (V8, I7)', () => {
    const { index, rendered, purge, invalidate } = setUp({ maxTargets: 3 })
    const oldest = rendered('x')
    purge(tag('x'))
    const older = rendered()
    invalidate(tag('a'), tag('b'), tag('c'))
    expect(index.size).toBe(3)
    expect(index.verdict(URL, oldest).kind).toBe('absent')
    expect(index.verdict(URL, older).kind).toBe('valid')
    invalidate(tag('a'), tag('d'))
    expect(index.verdict(URL, older)).toEqual({ kind: 'stale', at: older.renderStartedAt })
    expect(index.verdict(URL, rendered('a')).kind).toBe('valid')
  })

  it('forgets without a walk: a tag past the bound takes the same steps, however many are remembered (V11)', async () => {
    const pastTheBound = async (maxTargets: number): Promise<number> => {
      const { index, invalidate } = setUp({ maxTargets })
      const tags = Array.from({ length: maxTargets }, (_, i) => tag(`first/${i}`))
      invalidate(...tags)
      const steps = await stepsOfCollections(() => invalidate(...Array.from({ length: 1_000 }, (_, i) => tag(`${i}`))))
      expect(index.size).toBe(maxTargets)
      return steps
    }
    expect(await pastTheBound(20_000)).toBe(await pastTheBound(2_000))
  })

  it('says settling where it forgot who was to settle', () => {
    const { index, rendered, record } = setUp({ maxTargets: 1 })
    record(false, 60_000, [tag('a')])
    const page = rendered('a')
    record(false, 0, [tag('b')])
    expect(index.verdict(URL, { ...page, generation: index.head })).toEqual({ kind: 'valid', settling: true })
    const late = { ...rendered('a'), renderStartedAt: page.renderStartedAt + 60_000 }
    expect(index.verdict(URL, late)).toEqual({ kind: 'valid', settling: false })
  })

  it('counts pages of another epoch as stale, and as absent once a purge may be among what is lost', () => {
    for (const hard of [false, true]) {
      const { clock, index, rendered, record } = setUp()
      const page = rendered('a')
      record(hard, 0, [tag('elsewhere')])
      const next = localLog({ clock })
      index.apply(next.read(index.head))
      expect(index.verdict(URL, page).kind).toBe(hard ? 'absent' : 'stale')
      expect(index.verdict(URL, rendered('a')).kind).toBe('valid')
    }
  })

  it('remembers through another epoch that the log had trimmed a purge', () => {
    const { clock, index, rendered } = setUp()
    const page = rendered()
    index.apply({ head: { ...index.head, position: 9 }, records: 'too-many', lowWater: 9, purgeLowWater: 3 })
    index.apply(localLog({ clock }).read(index.head))
    expect(index.verdict(URL, page).kind).toBe('absent')
  })

  it('counts every record as newer than a page of another epoch', () => {
    const { index, rendered, purge } = setUp()
    const foreign = { ...rendered('a'), generation: { epoch: 'another', position: 1_000 } }
    expect(index.verdict(URL, foreign).kind).toBe('stale')
    purge(tag('b'))
    expect(index.verdict(URL, foreign).kind).toBe('stale')
    purge(tag('a'))
    expect(index.verdict(URL, foreign).kind).toBe('absent')
  })

  it.each([
    ['stale', false],
    ['absent', true],
  ])('counts everything as %s when the log went back', (kind, hard) => {
    const { index, rendered, record } = setUp()
    for (let i = 0; i < 4; i++) record(false, 0, [tag('a')])
    record(hard, 0, [tag('a')])
    const since = index.head
    const pages = [rendered('b'), { ...rendered('b'), generation: { epoch: since.epoch, position: 0 } }]
    const back: LogTail = { head: { ...since, position: 1 }, records: [], lowWater: 0, purgeLowWater: -1 }
    expect(index.apply(back, since)).toBe(true)
    // Answers to the same question that come late change nothing.
    index.apply(back, since)
    index.apply(back, { ...since, position: 2 })
    for (const page of pages) expect(index.verdict(URL, page).kind).toBe(kind)
    expect(index.head.position).toBe(1)
  })

  it('counts as stale what was made since the question that showed that the log went back', () => {
    const { index, rendered, record } = setUp()
    for (let i = 0; i < 3; i++) record(false, 0, [tag('a')])
    const since = index.head
    record(false, 0, [tag('a')])
    const page = rendered('b')
    index.apply({ head: { ...since, position: 1 }, records: [], lowWater: 0, purgeLowWater: -1 }, since)
    expect(index.verdict(URL, page).kind).toBe('stale')
  })

  it('counts everything as absent when a log went back that had trimmed a purge', () => {
    const { index, rendered, record } = setUp()
    for (let i = 0; i < 3; i++) record(false, 0, [tag('a')])
    const page = rendered('b')
    const since = index.head
    index.apply({ head: { ...since, position: 2 }, records: [], lowWater: 1, purgeLowWater: 1 }, since)
    expect(index.verdict(URL, page).kind).toBe('absent')
  })

  it('sees that a log tells neither the records nor marks for all of them', () => {
    const { index, rendered } = setUp()
    const page = rendered()
    const { epoch } = page.generation
    expect(index.apply({ head: { epoch, position: 9 }, records: 'too-many', lowWater: 5, purgeLowWater: -1 })).toBe(
      false,
    )
    expect(index.verdict(URL, page).kind).toBe('unproven')
  })

  it('takes an answer that was overtaken for what it is: no log that went back, and no news', () => {
    const { log, index, rendered, purge } = setUp()
    const start = index.head
    purge(tag('a'))
    const late = [log.read(start), { ...log.read(start), records: [], head: start }]
    const page = rendered('a')
    purge(tag('a'))
    const { head, version } = index
    for (const answer of late) expect(index.apply(answer, start)).toBe(true)
    expect(index.verdict(URL, page).kind).toBe('absent')
    expect([index.head, index.version]).toEqual([head, version])
  })

  it('does not take the gap for closed by an answer that was on its way before the cut (V8)', () => {
    const { log, index, rendered } = setUp()
    const page = rendered('a')
    const since = index.head
    const late = log.read(since)
    index.apply('cut')
    expect(index.apply(late, since)).toBe(false)
    expect(index.verdict(URL, page).kind).toBe('unproven')
    const again = index.head
    index.apply('cut')
    expect(index.apply(log.read(again), again)).toBe(false)
    expect(index.apply(log.read(index.head), index.head)).toBe(true)
    expect(index.verdict(URL, page).kind).toBe('valid')
  })
})

describe('the version', () => {
  it('stays while nothing that a verdict depends on changes, so that a hit needs no second check', () => {
    const { log, index, invalidate } = setUp()
    const { version } = index
    index.apply(log.read(index.head))
    expect(index.version).toBe(version)
    invalidate(tag('a'))
    expect(index.version).toBeGreaterThan(version)
  })

  it('grows when the index is cut off, and when it is not any more', () => {
    const { log, index } = setUp()
    const seen = [index.version]
    index.apply('cut')
    index.apply('cut')
    seen.push(index.version)
    index.apply(log.read(index.head))
    seen.push(index.version)
    expect(new Set(seen).size).toBe(3)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })
})

describe('the newest record that names a page', () => {
  it('is what a flight must not be older than (I2)', () => {
    const { index, invalidate, log } = setUp()
    const named = () => index.newestNaming(URL, ['a']).position
    expect(named()).toBe(0)
    invalidate(tag('elsewhere'))
    expect(named()).toBe(0)
    invalidate(tag('a'))
    expect(named()).toBe(2)
    invalidate({ kind: 'prefix', prefix: '/genres' })
    expect(named()).toBe(3)
    expect(index.newestNaming(URL, [])).toEqual({ epoch: log.head.epoch, position: 3 })
  })

  it('may be one that was forgotten', () => {
    const { index, invalidate } = setUp({ maxTargets: 1 })
    invalidate(tag('a'))
    invalidate(tag('b'))
    expect(index.newestNaming(URL, ['a']).position).toBe(1)
  })
})

it('an option that is none is refused', () => {
  expect(() => new InvalidationIndex({ targets: 1 } as never)).toThrow(/"invalidationIndex.targets" must be left out/)
  expect(() => new InvalidationIndex({ maxTargets: 0 })).toThrow(/"invalidationIndex.maxTargets" must be/)
})

it('a path of twenty thousand slashes takes the steps of one of ten thousand, in the presence of prefixes (B5)', async () => {
  const { index, rendered, invalidate } = setUp()
  invalidate({ kind: 'prefix', prefix: '/genres' })
  const page = rendered()
  const verdict = (slashes: number) => () => index.verdict(`https://shop.example${'/'.repeat(slashes)}`, page)
  expect(await stepsOfCollections(verdict(20_000))).toBe(await stepsOfCollections(verdict(10_000)))
  const inText = await stepsInText(verdict(10_000))
  expect(await stepsInText(verdict(20_000))).toBeLessThan(inText * 2.2) // squared would be four times
})
