import { fc } from '@fast-check/vitest'
import type { Generation, Target } from '@ssr-cache/core/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisIsMissing } from '../../../test-utils/redis/program.ts'
import { type RedisServer, startRedis } from '../../../test-utils/redis/server.ts'
import { InvalidationIndex, type Verdict } from '../../core/src/store/invalidation-index.ts'
import { freshPrefix, type LogNode, openLog, tag, UNHEARD } from './log-bed.ts'

// The model: every invalidation that ever resolved, in a list, and the pages that were rendered, by the order in which all of that happened.

const TAGS = ['a', 'b', 'c']
const URL_OF = 'https://shop.example/page'

interface Page {
  readonly tag: string
  readonly generation: Generation
  readonly renderStartedAt: number
  /** How many invalidations there had been. */
  readonly born: number
}

interface Invalidation {
  readonly targets: readonly Target[]
  readonly hard: boolean
}

const RANK = { valid: 0, unproven: 1, stale: 1, absent: 2 } as const satisfies Record<Verdict['kind'], number>

const targets = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...TAGS).map((name) => [tag(name)]) },
  { weight: 1, arbitrary: fc.constant<readonly Target[]>([{ kind: 'all' }]) },
  { weight: 1, arbitrary: fc.constant<readonly Target[]>([{ kind: 'prefix', prefix: '/page' }, tag('other')]) },
)

type Step =
  | { readonly do: 'append'; readonly node: number; readonly targets: readonly Target[]; readonly hard: boolean }
  | { readonly do: 'check' | 'read' | 'render'; readonly node: number; readonly tag: string }
  | { readonly do: 'lose' | 'move' | 'age' }

const node = fc.nat({ max: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append'), node, targets, hard: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('check'), node, tag: fc.constantFrom(...TAGS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read'), node, tag: fc.constantFrom(...TAGS) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('render'), node, tag: fc.constantFrom(...TAGS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('lose', 'move', 'age') }) },
) as fc.Arbitrary<Step> // what records of constants infer is wider

describe.skipIf(redisIsMissing)(
  'the log in Redis, held to a list of everything that happened (needs a Redis program)',
  () => {
    let server: RedisServer
    let nodes: readonly [LogNode, LogNode]
    const keyPrefix = freshPrefix()
    const key = `${keyPrefix}log`
    beforeAll(async () => {
      server = await startRedis()
      const open = () => openLog(server, { keyPrefix, maxRecords: 6 })
      nodes = [await open(), await open()]
    })
    afterAll(async () => {
      for (const each of nodes) await each[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    })

    /** Two processes, what they know, and what is true. */
    class World {
      readonly #indexes = [new InvalidationIndex(), new InvalidationIndex()] as const
      readonly #pages: Page[] = []
      readonly #happened: Invalidation[] = []

      async run(each: Step): Promise<void> {
        switch (each.do) {
          case 'append':
            await nodes[each.node as 0 | 1].log.append(each.targets, { hard: each.hard, settleMs: 0 })
            this.#happened.push(each)
            return
          case 'render':
            return this.#render(each.node as 0 | 1, each.tag)
          case 'check':
          case 'read':
            return this.#look(each.node as 0 | 1, each.do)
          case 'lose':
            return void (await nodes[0].commands.del(key))
          case 'move':
            return void (await nodes[0].commands.hset(key, 'run', 'elsewhere'))
          case 'age':
            return void (await nodes[0].commands.hset(key, 'first', 1))
        }
      }

      /** Dated by what this process knows; that may be old, and then the page counts as old. */
      async #render(at: 0 | 1, tagged: string): Promise<void> {
        const { head } = this.#indexes[at]
        if (head.epoch === '') return
        const born = this.#known(at)
        this.#pages.push({ tag: tagged, generation: head, renderStartedAt: Date.now(), born })
      }

      readonly #knownAt = new Map<string, number>()

      /** How many invalidations had happened when this process last looked. */
      #known(at: 0 | 1): number {
        return this.#knownAt.get(String(at)) ?? 0
      }

      async #look(at: 0 | 1, how: 'check' | 'read'): Promise<void> {
        const index = this.#indexes[at]
        const { log } = nodes[at]
        const since = index.head
        const tail = how === 'check' ? await log.check(since) : await log.read(since)
        expect(tail).not.toBe('unread')
        if (tail === undefined) index.confirm(since)
        else if (tail !== 'unread') index.apply(tail, since)
        this.#knownAt.set(String(at), this.#happened.length)
        this.#compare(index)
      }

      #compare(index: InvalidationIndex): void {
        for (const page of this.#pages) {
          const naming = this.#happened
            .slice(page.born)
            .filter((each) => each.targets.some((target) => names(target, page)))
          const truth = naming.some(({ hard }) => hard) ? 'absent' : naming.length > 0 ? 'stale' : 'valid'
          const { generation, renderStartedAt } = page
          const verdict = index.verdict(URL_OF, { tags: [page.tag], generation, renderStartedAt })
          expect(RANK[verdict.kind], JSON.stringify({ page, naming, verdict })).toBeGreaterThanOrEqual(RANK[truth])
        }
      }
    }

    function names(target: Target, { tag: tagged }: Page): boolean {
      return target.kind === 'all' || target.kind === 'prefix' || (target.kind === 'tag' && target.tag === tagged)
    }

    it('never says better of a page than the truth, whatever is appended, trimmed, lost or moved to another server (I2, V8, V9)', async () => {
      const steps = fc.array(step, { minLength: 1, maxLength: 40 })
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          await nodes[0].commands.del(key)
          const world = new World()
          for (const each of all) await world.run(each)
        }),
        { numRuns: 150 },
      )
    })

    it('says of a page that nothing has named that it is valid, as long as nothing was lost', async () => {
      const index = new InvalidationIndex()
      index.apply(await nodes[0].log.read(UNHEARD))
      const page = { tags: ['mine'], generation: index.head, renderStartedAt: Date.now() }
      for (let i = 0; i < 4; i++) await nodes[1].log.append([tag('others')], { hard: true, settleMs: 0 })
      const since = index.head
      const tail = await nodes[0].log.check(since)
      if (tail !== undefined && tail !== 'unread') index.apply(tail, since)
      expect(index.verdict(URL_OF, page).kind).toBe('valid')
    })
  },
)
