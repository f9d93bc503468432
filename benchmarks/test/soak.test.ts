import { beforeAll, describe, expect, it } from 'vitest'
import { BOUNDS } from '../src/soak/site.ts'
import { soakCommand } from '../src/soak/soak-command.ts'
import { verdictText } from '../src/soak/soak-report.ts'
import { type SoakSample, soak } from '../src/soak/soak-run.ts'
import { Traffic } from '../src/soak/traffic.ts'
import { LEAST_URLS, verdict } from '../src/soak/verdict.ts'
import { runTool } from './tool-process.ts'

const SAMPLE: SoakSample = {
  requests: 700_000,
  urls: 500_000,
  minutes: 30,
  storeBytes: BOUNDS.storeBytes,
  entries: 12_000,
  marks: 1_300,
  memoUrls: 15_000,
  memoVariants: 10_000,
  hosts: 16,
  targets: 100_000,
  resting: 10_000,
  flights: 0,
  heapBytes: 1e8,
  residentBytes: 2e8,
  hotHitRatio: 0.99,
}

/** A run of nine samples, of which the last three are as told. */
function run(atTheEnd: Partial<SoakSample>): SoakSample[] {
  return Array.from({ length: 9 }, (_, i) => (i < 6 ? SAMPLE : { ...SAMPLE, ...atTheEnd }))
}

function broken(samples: readonly SoakSample[]): string[] {
  return verdict(samples)
    .filter(({ holds }) => !holds)
    .map(({ name }) => name)
}

describe('a flood of random URLs through one cache', { timeout: 180_000 }, () => {
  const samples: SoakSample[] = []
  beforeAll(async () => {
    for await (const sample of soak({ urls: 20_000, samples: 5, seed: 2 })) samples.push(sample)
  }, 180_000)
  const last = () => samples.at(-1) as SoakSample // five were taken

  it('leaves bytes, hosts, targets, rests and flights under their bounds, at each look (B1, B7, I7)', () => {
    expect(broken(samples)).toEqual([])
  })

  it('fills the store, and has marks, rests and targets in it: what is bounded was tried', () => {
    expect(last().storeBytes).toBeGreaterThan(BOUNDS.storeBytes * 0.99)
    for (const figure of ['marks', 'resting', 'targets', 'memoVariants'] as const)
      expect(last()[figure], figure).toBeGreaterThan(500)
    expect(last().hosts).toBe(BOUNDS.hosts)
  })

  it('keeps fewer entries and remembers fewer URLs than came', () => {
    expect(last().urls).toBeGreaterThanOrEqual(20_000)
    expect(last().entries).toBeLessThan(15_000)
    expect(last().memoUrls).toBeLessThan(18_000)
  })

  it('pushes out no page that is asked for again and again (B1, B7)', () => {
    for (const { hotHitRatio } of samples) expect(hotHitRatio).toBeGreaterThan(0.99)
  })
})

describe('the verdict on a soak', () => {
  it('is good where all stayed under its bound, and level', () => {
    expect(broken(run({}))).toEqual([])
    expect(verdictText(verdict(run({})), 1_000_000)).toMatch(/Everything stayed bounded\.$/)
  })

  it.each<[keyof SoakSample, number, string]>([
    ['storeBytes', BOUNDS.storeBytes + 1, 'store bytes, by its maxBytes'],
    ['memoVariants', 16_778, 'variants in the memo'],
    ['hosts', 17, 'hosts'],
    ['targets', 100_001, 'targets of the invalidation index'],
    ['resting', 10_001, 'resting keys'],
    ['flights', 1, 'flights between crowds'],
    ['hotHitRatio', 0.94, 'hits of the hot pages, at least'],
    ['entries', 13_300, 'entries, last third by the one before'],
    ['marks', 1_500, 'marks, last third by the one before'],
    ['memoUrls', 17_000, 'URLs in the memo, last third by the one before'],
    ['heapBytes', 1.2e8, 'heap and buffers, last third by the one before'],
  ])('names %s that reached %d', (figure, value, name) => {
    expect(broken(run({ [figure]: value }))).toEqual([name])
    expect(verdictText(verdict(run({ [figure]: value })), 1_000_000)).toMatch(new RegExp(`Not bounded: ${name}\\.$`))
  })

  it('does not ask of a short run that it be level, and says so', () => {
    const short = run({ entries: 20_000 }).map((sample) => ({ ...sample, urls: LEAST_URLS - 1 }))
    expect(broken(short)).toEqual([])
    expect(verdictText(verdict(short), LEAST_URLS - 1)).toContain('Runs of 300,000 URLs and more')
  })
})

describe('npm run soak', () => {
  it('prints a table that grows, or one JSON object', { timeout: 120_000 }, async () => {
    const [table, json] = await Promise.all([
      runTool('soak', ['--urls', '400']),
      runTool('soak', ['--urls', '400', '--json']),
    ])
    expect([table.code, json.code], table.stderr + json.stderr).toEqual([0, 0])
    expect(table.stdout.split('\n').filter((line) => /^\| +\d/.test(line))).toHaveLength(20)
    const report = JSON.parse(json.stdout)
    expect(report).toMatchObject({ urls: 400, bounded: true })
    expect(report.samples).toHaveLength(20)
    expect(Object.keys(report.checks[0])).toEqual(['name', 'seen', 'bound', 'holds'])
  })

  it.each([
    ['a number that is none', ['--urls', '1e6'], '--urls must be a whole number > 0, got "1e6"'],
    ['no URLs', ['--urls', '0'], '--urls must be a whole number > 0'],
    ['an unknown option', ['--fast'], 'Unknown option'],
    ['a file', ['some.log'], 'expected options only'],
  ])('refuses %s', async (_, args, message) => {
    await expect(soakCommand(args, () => {})).rejects.toThrow(message)
  })
})

it('the traffic of a soak is the same for the same seed, and new URLs are new', () => {
  const visits = (seed: number) => {
    const traffic = new Traffic(seed)
    return Array.from({ length: 5_000 }, () => traffic.visit())
  }
  expect(visits(1)).toEqual(visits(1))
  expect(visits(1)).not.toEqual(visits(2))
  const fresh = visits(1).filter(({ isNew }) => isNew)
  expect(new Set(fresh.map(({ url }) => url)).size).toBe(fresh.length)
})
