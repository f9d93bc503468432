import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { linesOf } from '../src/bench/part-storm.ts'
import { coldOutcome, hotOutcome, isIndexableShell } from '../src/storm/answers.ts'
import { openLoop } from '../src/storm/open-loop.ts'
import { PHASES, type PhaseName, STRETCHES } from '../src/storm/phases.ts'
import { recoveryMs } from '../src/storm/recovery.ts'
import type { Reply } from '../src/storm/shop.ts'
import { stormCommand } from '../src/storm/storm-command.ts'
import { stormSvg } from '../src/storm/storm-plot.ts'
import { type StormReport, stormReport } from '../src/storm/storm-report.ts'
import type { StormLog } from '../src/storm/storm-run.ts'
import { stormText } from '../src/storm/storm-text.ts'
import { runTool } from './tool-process.ts'

afterEach(() => vi.useRealTimers())

const RENDERED = '<!DOCTYPE html><html><head><meta name="rendered" content="1/1/now"/></head></html>'
const SHELL = '<!DOCTYPE html><html><body><div id="root"></div></body></html>'

const reply = (status: number, text: string, headers: Reply['headers'] = {}): Reply => ({
  status,
  text,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
})

describe('what an answer is taken for', () => {
  it.each<[string, Reply, ReturnType<typeof coldOutcome>, boolean]>([
    ['a page', reply(200, RENDERED), 'page', false],
    ['a shell with 503', reply(503, SHELL), 'shell', false],
    ['a shell with 200', reply(200, SHELL), 'shell', true],
    ['a shell with 200 and noindex', reply(200, SHELL, { 'x-robots-tag': 'noindex' }), 'shell', false],
    ['noindex among others', reply(200, SHELL, { 'x-robots-tag': ['nofollow', 'noarchive, NOINDEX'] }), 'shell', false],
    ['noindex in the page', reply(200, `<meta name="robots" content="noindex">${SHELL}`), 'shell', false],
    ['a rendered error page', reply(503, RENDERED), 'refused', false],
    ['a problem document', reply(503, '{}', { 'content-type': 'application/problem+json' }), 'refused', false],
    ['something else with 200', reply(200, '{}', { 'content-type': 'application/json' }), 'refused', false],
  ])('%s', (_, answer, outcome, isIndexable) => {
    expect([coldOutcome(answer), isIndexableShell(answer)]).toEqual([outcome, isIndexable])
  })

  it.each<[number, string | undefined, ReturnType<typeof hotOutcome>]>([
    [200, 'ssr-cache; hit; ttl=30', 'hit'],
    [200, 'ssr-cache; hit; ttl=-3', 'stale'],
    [200, 'ssr-cache; hit; ttl=10; detail=invalidated', 'stale'],
    [200, 'ssr-cache; fwd=uri-miss; stored; ttl=300', 'lost'],
    [200, undefined, 'lost'],
    [503, 'ssr-cache; fwd=uri-miss; detail=timeout', 'lost'],
  ])('%d with %s, where a page is kept: %s', (status, cacheStatus, outcome) => {
    const headers = cacheStatus === undefined ? {} : { 'cache-status': cacheStatus }
    expect(hotOutcome({ status, headers })).toBe(outcome)
  })
})

describe('the time to recover', () => {
  /** Pages at even intervals. */
  const every = (ms: number, from: number, to: number) =>
    Array.from({ length: Math.ceil((to - from) / ms) }, (_, i) => from + i * ms)

  it.each<[string, readonly number[], number | undefined]>([
    ['as before from the start', every(20, 10_000, 20_000), 0],
    ['four fifths of it do', every(25, 10_000, 20_000), 0],
    ['less does not', every(26, 10_000, 20_000), undefined],
    ['after two seconds of nothing', every(20, 12_000, 20_000), 2_000],
    ['too late to fill a second', every(20, 19_500, 20_000), undefined],
    ['never', [], undefined],
    ['before the API was back', every(20, 5_000, 10_000), undefined],
  ])('%s', (_, pagesAt, ms) => {
    expect(recoveryMs({ from: 10_000, to: 20_000, pagesAt, perSecond: 50 })).toBe(ms)
  })
})

/** Stretches of a second each, with a hit each 10 ms that takes so long, and an event loop that is so late. */
function logOf(
  hitMs: Partial<Record<PhaseName, number>>,
  { delayMs = () => 0, ...more }: Partial<StormLog> & { delayMs?: (name: PhaseName, place: number) => number } = {},
): StormLog {
  const stretches = STRETCHES.map((name, place) => ({
    name,
    from: place * 1_000,
    to: place * 1_000 + 1_000,
    loopP99Ms: delayMs(name, place),
  }))
  const hot = stretches.flatMap(({ name, from }) =>
    Array.from({ length: 100 }, (_, i) => {
      const sentAt = from + i * 10
      const ms = hitMs[name] ?? 1
      return { number: from + i, sentAt, answeredAt: sentAt + ms, receivedAt: sentAt + ms + 1, outcome: 'hit' as const }
    }),
  )
  const page = { who: 'crawler', outcome: 'page', isIndexableShell: false } as const
  const cold = stretches.map(({ from }) => ({ ...page, sentAt: from, receivedAt: from + 10 }))
  const cache = [{ at: 2_500, running: 8, queued: 30, limit: 8 }]
  return { stretches, hot, cold, cache, server: [], mostReads: 8, mostLateMs: 3, ...more }
}

const brokenBy = (report: StormReport): readonly string[] =>
  report.checks.filter(({ holds }) => !holds).map(({ name }) => name)

describe('what is said of a storm', () => {
  const reportOf = (log: StormLog, render: 'main' | 'worker' = 'worker') => stormReport({ render, seconds: 5 }, log)

  it('compares hits of the storm with those of the control run', () => {
    const report = reportOf(logOf({ control: 4, storm: 6 }))
    expect(report).toMatchObject({ concurrency: 8, hitP99Ratio: 1.5, loopDelayRatio: 1, maxRenders: 8, lostHits: 0 })
    expect(report).toMatchObject({ shellsIndexable: 0, recoveryMs: 0 })
    expect(brokenBy(report)).toEqual([])
    expect(report.phases.map(({ hits, hitP50Ms }) => [hits, hitP50Ms])).toEqual([
      [100, 1],
      [300, 4],
      [300, 6],
      [100, 1],
      [100, 1],
    ])
  })

  it('takes a delay that is too short to be measured for a millisecond', () => {
    const delayMs = (name: PhaseName): number => (name === 'storm' ? 3 : 0.2)
    expect(reportOf(logOf({}, { delayMs })).loopDelayRatio).toBe(3)
  })

  it('takes the median of the stretches for the delay of a phase: what slows the machine once is nobody’s', () => {
    const delayMs = (_: PhaseName, place: number): number => (place === 2 ? 50 : 2)
    expect(STRETCHES[2]).toBe('storm')
    expect(reportOf(logOf({}, { delayMs })).loopDelayRatio).toBe(1)
  })

  it('is two rows of the bench, judged where pages are rendered in threads', () => {
    const rowsOf = (render: 'main' | 'worker') =>
      linesOf(reportOf(logOf({ control: 4, storm: 6 }), render)).map(({ ratios, bar }) => [ratios, bar?.most])
    expect(rowsOf('worker')).toEqual([
      [[1.5], 2],
      [[1], 2],
    ])
    expect(rowsOf('main')).toEqual([
      [[1.5], undefined],
      [[1], undefined],
    ])
  })

  it('has a bar for hits where pages are rendered in threads, and shows them where they are not', () => {
    const slow = logOf({ control: 2, storm: 9 })
    expect(brokenBy(reportOf(slow))).toEqual(['p99 of hits, storm by control'])
    expect(brokenBy(reportOf(slow, 'main'))).toEqual([])
    expect(reportOf(slow, 'main').hitP99Ratio).toBe(4.5)
  })

  it('tells of every promise that was broken', () => {
    const log = logOf({})
    const [first] = log.hot
    const broken = {
      ...log,
      hot: [{ ...first, outcome: 'lost' }] as StormLog['hot'],
      cold: log.cold.slice(0, -1).map((visit) => ({ ...visit, outcome: 'shell' as const, isIndexableShell: true })),
      mostReads: 9,
    }
    const report = reportOf(broken, 'main')
    expect(brokenBy(report)).toEqual([
      'renders at once',
      'hits lost',
      'shells that a search engine would index',
      'ms until recovered',
    ])
    expect(report.recoveryMs).toBeNull()
    expect(stormText(report)).toContain('not recovered in this run')
  })

  it('is a table with a column for each phase, and a plot with a strip for each question', async () => {
    const log = logOf({ storm: 5 })
    const text = stormText(reportOf(log))
    const svg = await stormSvg(log, 'a storm of two seconds')
    for (const name of PHASES) expect([text.includes(name), svg.includes(`>${name}<`)]).toEqual([true, true])
    for (const strip of [
      'a storm of two seconds',
      'Hits: from',
      'Event loop',
      'Renders at once',
      'Waiting',
      'answered',
    ])
      expect(svg).toContain(strip)
    for (const series of ['p50', 'p99', 'cap', 'page rendered', 'shell', 'other 503', 'lost'])
      expect(svg).toContain(series)
  })
})

describe('an open loop', () => {
  it('sends at its own pace, whatever becomes of what it has sent', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const over = new AbortController()
    const sent: number[] = []
    const loop = openLoop(100, (index) => sent.push(index), over.signal)
    await vi.advanceTimersByTimeAsync(1_000)
    over.abort()
    await vi.advanceTimersByTimeAsync(10)
    await loop
    expect(sent.length).toBeGreaterThanOrEqual(99)
    expect(sent.length).toBeLessThanOrEqual(101)
    expect(sent).toEqual(sent.map((_, index) => index))
  })
})

describe('npm run storm', () => {
  it('storms a real storefront: its cap holds, no hit is lost, and no shell is indexable (I8, O3, O4, C5)', {
    timeout: 120_000,
  }, async () => {
    const { code, stdout, stderr } = await runTool('storm', ['--seconds', '5', '--json'])
    const report = JSON.parse(stdout) as StormReport // what it prints
    expect(report, stderr).toMatchObject({ render: 'worker', concurrency: 8, shellsIndexable: 0, lostHits: 0 })
    expect(report.maxRenders).toBe(8)
    expect(report.phases.map(({ name }) => name)).toEqual(PHASES)
    const [calm, , storm, hangs] = report.phases
    expect([calm?.pages, calm?.mostRenders]).toEqual([0, 0])
    expect(storm?.pages).toBeGreaterThan(0)
    expect(storm?.mostQueued).toBeGreaterThan(0)
    // What was invalidated while nothing could be rendered.
    expect(hangs?.stale).toBeGreaterThan(0)
    // Times are another machine's business: whether they hold is what the command is for.
    expect(code).toBe(report.checks.every(({ holds }) => holds) ? 0 : 1)
    const file = /plot: (.+)/.exec(stderr)?.[1] ?? ''
    expect(await readFile(file, 'utf8')).toMatch(/^<svg/)
  })

  it.each([
    ['another place to render', ['--render', 'edge'], '--render must be main or worker, got "edge"'],
    ['no number', ['--seconds', 'ten'], '--seconds must be a number > 0, got "ten"'],
    ['too short a storm', ['--seconds', '4'], '--seconds must be a number >= 5, got "4"'],
    ['a file', ['some.log'], 'expected options only, got some.log'],
    ['an unknown option', ['--fast'], 'Unknown option'],
  ])('refuses %s', async (_, args, message) => {
    await expect(stormCommand(args, () => {})).rejects.toThrow(message)
  })
})
