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

/** What must be there: the tags of each page that was written, and neither purged since nor left behind by a journal that was lost. */
type Model = Map<string, readonly string[]>

function applied(model: Model, what: Step): void {
  if (what.do === 'write') model.set(what.path, what.tags)
  if (what.do !== 'purge') return
  for (const [each, tags] of model) {
    const url = sampleKey(each).url
    if (what.targets.some((target) => namesPage(target, url, tags))) model.delete(each)
  }
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
        applied(model, what)
        if (what.do === 'write') {
          const { head } = await store.log.read(NOWHERE)
          await store.set(sampleKey(what.path), samplePage(clock.now(), head, { tags: what.tags }), {
            if: { notNewerThan: head },
          })
        } else if (what.do === 'purge' || what.do === 'invalidate') {
          await store.log.append(what.targets, { hard: what.do === 'purge', settleMs: 0 })
          // A purge writes a journal anew, and with it another era begins at once.
          if (what.do === 'purge' && isJournalLost) model.clear()
          if (what.do === 'purge') isJournalLost = false
        } else if (what.do === 'restart') {
          store = open()
          // What another process has kept under a journal that is no more has another name.
          if (isJournalLost) model.clear()
          isJournalLost = false
        } else {
          isJournalLost = rows.delete('ssr-cache:purges') || isJournalLost
        }
        for (const each of PATHS) {
          const { value } = await store.get(sampleKey(each), { since: NOWHERE })
          expect(value !== undefined, `${each} after ${JSON.stringify(what)}`).toBe(model.has(each))
        }
      }
    },
  )
})
