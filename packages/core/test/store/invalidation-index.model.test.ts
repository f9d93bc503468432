import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import type { Generation } from '../../src/store/entry.ts'
import { InvalidationIndex, type Verdict } from '../../src/store/invalidation-index.ts'
import { type LocalLog, localLog } from '../../src/store/local-log.ts'
import type { LogRecord, LogTail, Target } from '../../src/store/store.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'

// The model: every record that ever was, in a list, looked through from its beginning.

interface Page {
  readonly url: string
  readonly tags: readonly string[]
  readonly generation: Generation
  readonly renderStartedAt: number
}

const HOSTS = ['https://a.example', 'https://b.example:8443']

function isNamed(target: Target, { url, tags }: Page): boolean {
  if (target.kind === 'all') return true
  if (target.kind === 'tag') return tags.some((tag) => tag === target.tag)
  if (target.kind === 'url') return HOSTS.some((host) => url === (target.url[0] === '/' ? host : '') + target.url)
  const [place = ''] = url.split('?')
  const stem = target.prefix.replace(/\/$/, '')
  const stems = stem.startsWith('http') ? [stem] : HOSTS.map((host) => host + stem)
  return stems.some((below) => place === below || place.startsWith(`${below}/`))
}

function modelVerdict(records: readonly LogRecord[], page: Page, position: number): Verdict {
  const naming = records.filter(({ targets }) => targets.some((target) => isNamed(target, page)))
  const newer = naming.filter((record) => record.position > position)
  if (newer.some(({ hard }) => hard)) return { kind: 'absent' }
  if (newer.length > 0) {
    const at = Math.max(page.renderStartedAt, Math.min(...newer.map((record) => record.at)))
    return { kind: 'stale', at }
  }
  const settling = naming.some(({ at, settleMs }) => settleMs > 0 && at + settleMs > page.renderStartedAt)
  return { kind: 'valid', settling }
}

const RANK = { valid: 0, unproven: 1, stale: 2, absent: 3 }

/** `actual` may be more careful than `model`, never less: staler, stale for longer, settling. */
function expectAsCareful(actual: Verdict, model: Verdict): void {
  expect(RANK[actual.kind]).toBeGreaterThanOrEqual(RANK[model.kind])
  if (actual.kind === 'stale' && model.kind === 'stale') expect(actual.at).toBeLessThanOrEqual(model.at)
}

const tagNames = ['a', 'b', '*', '[ab]', '__proto__', 'all', '/g']
const paths = ['/', '/g', '/g/', '/g/x', '/g/x?q=1', '/gx', '/g?q=1', '//g', '/g//', '/?/g']
const urlNames = [...paths, ...paths.map((path) => `https://a.example${path}`)]
const prefixNames = ['/', '/g', '/g/', '/g/x', '//', '//g', '/g//', 'https://a.example', 'https://a.example/g/']

const target: fc.Arbitrary<Target> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...tagNames).map((tag): Target => ({ kind: 'tag', tag })) },
  { weight: 4, arbitrary: fc.constantFrom(...urlNames).map((url): Target => ({ kind: 'url', url })) },
  { weight: 4, arbitrary: fc.constantFrom(...prefixNames).map((prefix): Target => ({ kind: 'prefix', prefix })) },
  { weight: 1, arbitrary: fc.constant<Target>({ kind: 'all' }) },
)
const append = fc.record({
  do: fc.constant('append' as const),
  targets: fc.array(target, { minLength: 1, maxLength: 4 }),
  hard: fc.boolean(),
  settleMs: fc.constantFrom(0, 0, 2_500),
  /** Whether the news of it reach the index by themselves. */
  pushed: fc.boolean(),
})
const render = fc.record({
  do: fc.constant('render' as const),
  host: fc.constantFrom(...HOSTS),
  path: fc.constantFrom(...paths),
  tags: fc.uniqueArray(fc.constantFrom(...tagNames), { maxLength: 3 }),
})
const moment = fc.oneof(
  fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -5_000, max: 5_000 }) }),
)
const pull = fc.constantFrom<{ do: 'pull' } | { do: 'ask' } | { do: 'hear' }>(
  { do: 'pull' },
  { do: 'ask' },
  { do: 'hear' },
)
const trouble = fc.constantFrom<{ do: 'cut' } | { do: 'restart' }>({ do: 'cut' }, { do: 'restart' })

type Command = typeof append | typeof render | typeof moment | typeof pull | typeof trouble
type Step = Command extends fc.Arbitrary<infer T> ? T : never

/** A log, an index that follows it more or less well, and the model that knows everything. */
class World {
  readonly clock = fakeClock(1_000_000)
  readonly index: InvalidationIndex
  readonly #limits: { readonly maxRecords: number }
  /** Records by epoch. */
  readonly #records = new Map<string, LogRecord[]>()
  /** Purges that the index once knew, of any epoch. */
  readonly #purgesHeard = new Set<LogRecord>()
  readonly #pages: Page[] = []
  readonly #asked: { readonly tail: LogTail; readonly since: Generation }[] = []
  #log: LocalLog

  constructor(maxTargets: number, maxRecords: number) {
    this.index = new InvalidationIndex({ maxTargets })
    this.#limits = { maxRecords }
    this.#log = this.#begin()
    this.#pull()
  }

  run(step: Step): void {
    const { version } = this.index
    const before = this.#pages.map((page) => this.index.verdict(page.url, page))
    this.#do(step)
    if (this.index.version !== version) return
    expect(before).toEqual(this.#pages.slice(0, before.length).map((page) => this.index.verdict(page.url, page)))
  }

  /** What index and model say of each page. */
  *verdicts(): Iterable<{ actual: Verdict; model: Verdict; newest: number; page: Page }> {
    for (const page of this.#pages) {
      const actual = this.index.verdict(page.url, page)
      const newest = this.index.newestNaming(page.url, page.tags).position
      yield { actual, model: this.#model(page), newest, page }
    }
  }

  /** What is known of the page's own epoch, as far as the index has heard. */
  #model(page: Page): Verdict {
    const { epoch, position } = this.index.head
    const heard = (this.#records.get(epoch) ?? []).filter((record) => record.position <= position)
    if (page.generation.epoch === epoch) return modelVerdict(heard, page, page.generation.position)
    const purged = [...this.#purgesHeard].some((record) => {
      const own = this.#records.get(page.generation.epoch)?.includes(record)
      return own && record.position > page.generation.position && record.targets.some((each) => isNamed(each, page))
    })
    if (purged || modelVerdict(heard, page, -1).kind === 'absent') return { kind: 'absent' }
    return { kind: 'stale', at: page.renderStartedAt }
  }

  #begin(): LocalLog {
    const log = localLog({ clock: this.clock, ...this.#limits })
    this.#records.set(log.head.epoch, [])
    return log
  }

  #pull(): void {
    const since = this.index.head
    this.#hear(this.#log.read(since), since)
  }

  #hear(tail: LogTail, since?: Generation): void {
    this.index.apply(tail, since)
    const { epoch, position } = this.index.head
    for (const record of this.#records.get(epoch) ?? []) {
      if (record.hard && record.position <= position) this.#purgesHeard.add(record)
    }
  }

  #do(step: Step): void {
    if (step.do === 'advance') this.clock.advance(step.ms)
    if (step.do === 'jump') this.clock.jump(step.ms)
    if (step.do === 'cut') this.index.apply('cut')
    if (step.do === 'restart') this.#log = this.#begin()
    if (step.do === 'pull') this.#pull()
    if (step.do === 'ask') this.#asked.push({ tail: this.#log.read(this.index.head), since: this.index.head })
    if (step.do === 'hear') this.#hearAnswer()
    if (step.do === 'append') this.#append(step)
    if (step.do === 'render') this.#render(step)
  }

  #hearAnswer(): void {
    const answer = this.#asked.shift()
    if (answer !== undefined) this.#hear(answer.tail, answer.since)
  }

  #render({ host, path, tags }: Extract<Step, { do: 'render' }>): void {
    const { head } = this.index
    this.#pages.push({ url: host + path, tags, generation: head, renderStartedAt: this.clock.now() })
  }

  #append(step: Extract<Step, { do: 'append' }>): void {
    const stop = this.#log.follow((news) => news !== 'cut' && step.pushed && this.#hear(news))
    const { epoch, position } = this.#log.head
    this.#records.get(epoch)?.push({ ...step, position: position + 1, at: this.clock.now() })
    this.#log.append(step.targets, step)
    stop()
  }
}

describe('the index against a list of every record', () => {
  test.prop([
    fc.array(fc.oneof({ weight: 3, arbitrary: append.map((step) => ({ ...step, pushed: true })) }, render, moment), {
      maxLength: 40,
    }),
  ])('says the same where it forgets nothing (I2, V18)', (steps) => {
    const world = new World(1_000, 1_000)
    let softs = 0
    for (const step of steps) {
      if (step.do === 'append') softs++
      // Eight instants are kept apart for each target; beyond that the property below holds.
      if (step.do !== 'append' || softs <= 8) world.run(step)
    }
    for (const { actual, model } of world.verdicts()) expect(actual).toEqual(model)
  })

  test.prop([
    fc.array(fc.oneof({ weight: 3, arbitrary: append.map((step) => ({ ...step, pushed: true })) }, render, moment), {
      minLength: 30,
      maxLength: 100,
    }),
    fc.integer({ min: 1, max: 6 }),
  ])('is never less careful where it forgets (V8, V9, I7)', (steps, maxTargets) => {
    const world = new World(maxTargets, 1_000)
    for (const step of steps) world.run(step)
    for (const { actual, model, newest, page } of world.verdicts()) {
      expectAsCareful(actual, model)
      if (actual.kind === 'valid' && model.kind === 'valid' && model.settling) expect(actual.settling).toBe(true)
      // Whatever made it stale is what a new flight must be newer than.
      if (model.kind !== 'valid') expect(newest).toBeGreaterThan(page.generation.position)
    }
    expect(world.index.size).toBeLessThanOrEqual(maxTargets)
  })

  test.prop([
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: append },
        { weight: 5, arbitrary: render },
        { weight: 2, arbitrary: moment },
        { weight: 5, arbitrary: pull },
        { weight: 1, arbitrary: trouble },
      ),
      { maxLength: 80 },
    ),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 8 }),
  ])(
    'is never less careful where news are lost, late or trimmed, and where the log begins again (V8, I7)',
    (steps, maxTargets, maxRecords) => {
      const world = new World(maxTargets, maxRecords)
      for (const step of steps) {
        world.run(step)
        for (const { actual, model } of world.verdicts()) expectAsCareful(actual, model)
      }
    },
  )
})
