import { fc, test } from '@fast-check/vitest'
import { Keyv, KeyvMemoryAdapter } from 'keyv'
import { describe, expect } from 'vitest'
import { keyvStore } from '../../src/keyv/index.ts'
import type { Target } from '../../src/store/store.ts'
import { namesPage } from '../../src/store/target.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'
import { sampleKey, samplePage } from '../../src/testing/sample-values.ts'

const NOWHERE = { epoch: '', position: -1 }
const PATHS = ['/a', '/a?b', '/a/c', '/d'] as const
const TAGS = ['red', 'blue'] as const

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom(...TAGS) }),
  fc.record({ kind: fc.constant('url' as const), url: fc.constantFrom(...PATHS) }),
  fc.record({ kind: fc.constant('prefix' as const), prefix: fc.constantFrom('/a', '/a/', '/') }),
  fc.record({ kind: fc.constant('all' as const) }),
)
const path = fc.constantFrom(...PATHS)

type Step =
  | { readonly do: 'write'; readonly path: string; readonly tags: readonly string[] }
  | { readonly do: 'purge' | 'invalidate'; readonly targets: readonly Target[] }
  | { readonly do: 'restart' | 'lose the journal' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), path, tags: fc.subarray([...TAGS]) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('purge', 'invalidate'),
      targets: fc.array(target, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose the journal' as const) }) },
)

/** The tags of each page that was written and not purged since; `isSure`: it must be there, for no journal was lost since. */
type Model = Map<string, { readonly tags: readonly string[]; readonly isSure: boolean }>

function purgeFrom(model: Model, targets: readonly Target[]): void {
  for (const [each, { tags }] of model) {
    if (targets.some((target) => namesPage(target, sampleKey(each).url, tags))) model.delete(each)
  }
}

/** Where the journal is lost, what it spoke of is read until another one begins, and not after. */
function doubt(model: Model): void {
  for (const [each, { tags }] of model) model.set(each, { tags, isSure: false })
}

describe('pages in a database, over purges, restarts and lost journals', () => {
  test.prop([fc.array(step, { maxLength: 25 })])(
    'a purged page never comes back, and every other one is there as long as its journal is (V12, R39)',
    async (steps) => {
      const clock = fakeClock(Date.now())
      const rows = new Map()
      const open = () => keyvStore(new Keyv({ store: new KeyvMemoryAdapter(rows) }), { clock })
      const model: Model = new Map()
      let store = open()
      let isJournalLost = false
      for (const what of steps) {
        if (isJournalLost) doubt(model)
        switch (what.do) {
          case 'write': {
            const { head } = await store.log.read(NOWHERE)
            const page = samplePage(clock.now(), head, { tags: what.tags })
            await store.set(sampleKey(what.path), page, { if: { notNewerThan: head } })
            model.set(what.path, { tags: what.tags, isSure: true })
            break
          }
          case 'purge':
            await store.log.append(what.targets, { hard: true, settleMs: 0 })
            purgeFrom(model, what.targets)
            isJournalLost = false
            break
          case 'invalidate':
            await store.log.append(what.targets, { hard: false, settleMs: 0 })
            break
          case 'restart':
            store = open()
            isJournalLost = false
            break
          case 'lose the journal':
            isJournalLost = rows.delete('ssr-cache:purges') || isJournalLost
        }
        for (const each of PATHS) {
          const { value } = await store.get(sampleKey(each), { since: NOWHERE })
          const may = model.get(each)
          if (value !== undefined) expect(may, `${each} after ${JSON.stringify(what)}`).toBeDefined()
          if (may?.isSure) expect(value, `${each} after ${JSON.stringify(what)}`).toBeDefined()
        }
      }
    },
  )
})
