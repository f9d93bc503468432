import { fc, test as property } from '@fast-check/vitest'
import { createRenderCache, memoryStore } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect } from 'vitest'
import { NOW } from '../origin/exchanges.ts'
import { type AppRequest, asking, NaiveCache, type Out } from '../origin/naive-cache.ts'
import { anyStep, NotingApp, type Step } from '../origin/noting-app.ts'
import { settled } from './harness.ts'

// Beyond the longest rest of a key that failed: the naive cache knows of none.
const UNIT_SECONDS = 31

/** A step of a script, and what else the visitor sends. */
interface Visit extends Step {
  readonly more: Readonly<Record<string, string>>
}

function scriptOf(more: fc.Arbitrary<Visit['more']>): fc.Arbitrary<readonly Visit[]> {
  const visit = fc.tuple(anyStep, more).map(([step, sent]): Visit => ({ ...step, after: step.after + 1, more: sent }))
  return fc.array(visit, { maxLength: 25 })
}

const nothing = fc.constant({})
const conditions = fc.constantFrom<Visit['more'][]>({}, {}, { 'if-none-match': '"0"' }, { 'if-none-match': '"1"' })
const directives = fc.constantFrom<Visit['more'][]>(
  {},
  { pragma: 'no-cache' },
  ...[
    'no-cache',
    'max-age=100',
    'max-stale',
    'max-stale=100',
    'min-fresh=100',
    'only-if-cached',
    'max-age=0, max-stale',
  ].map((value) => ({ 'cache-control': value })),
)

/** Visitors of a whole app behind the cache: what they send is asked, and what they see of the answer. */
function engineOn(
  app: NotingApp,
  requestDirectives: boolean,
): { readonly clock: FakeClock; ask(asked: AppRequest): Promise<Seen> } {
  const clock = fakeClock(NOW)
  const cache = createRenderCache({
    freshness: 'origin',
    origin: { requestDirectives },
    clock,
    store: memoryStore({ clock }),
    hosts: ['shop.example'],
    logger: SILENT,
  })
  const fetch = cache.fetch((request) => {
    const headers = Object.fromEntries(request.headers)
    const said = app.answer({ url: request.url, method: request.method, headers })
    if (said === 'lost') throw Object.assign(new Error('lost'), { status: LOST })
    const { status, fields, body = '' } = said
    const isBodiless = status === 304 || request.method === 'HEAD'
    return new Response(isBodiless ? null : Buffer.from(body), { status, headers: fields as [string, string][] })
  })
  return {
    clock,
    async ask({ url, method, headers }) {
      const response = await fetch(new Request(url, { method, headers: headers as Record<string, string> }))
      const body = await response.text()
      await settled()
      // Where nobody could be reached, the words are ours.
      if (response.status === LOST) return seen({ status: LOST, body: '', fields: [] })
      return seen({ status: response.status, body, fields: [...response.headers] })
    },
  }
}

const LOST = 504
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

interface Seen {
  readonly status: number
  readonly body: string
  readonly fields: Readonly<Record<string, string>>
}

/** What is the same with any cache. */
const COMPARED = ['age', 'etag', 'cache-control', 'vary', 'set-cookie']

function seen({ status, body, fields }: Pick<Out, 'status' | 'body' | 'fields'>): Seen {
  return { status, body, fields: Object.fromEntries(fields.filter(([name]) => COMPARED.includes(name))) }
}

/** A visitor who has the page is not sent it again, though the app did, and nobody is sent more than the head that they asked for. */
function toVisitor({ method, headers }: AppRequest, out: Seen): Seen {
  const { etag } = out.fields
  const isKnown = method !== 'POST' && out.status === 200 && etag !== undefined && headers['if-none-match'] === etag
  if (isKnown) return { ...out, status: 304, body: '' }
  return method === 'HEAD' ? { ...out, body: '' } : out
}

describe('the engine against the rules with a Map round them', () => {
  property.prop(
    [
      fc.oneof(
        scriptOf(nothing).map((script) => ({ script, heeds: false })),
        scriptOf(conditions).map((script) => ({ script, heeds: false })),
        scriptOf(directives).map((script) => ({ script, heeds: false })),
        scriptOf(directives).map((script) => ({ script, heeds: true })),
      ),
    ],
    { numRuns: 400 },
  )(
    'whatever happens one after another, both give the same answers, and ask the app the same',
    async ({ script, heeds }) => {
      const [mine, naives] = [new NotingApp(UNIT_SECONDS), new NotingApp(UNIT_SECONDS)]
      const engine = engineOn(mine, heeds)
      const naive = new NaiveCache(naives.answer, { now: NOW, heeds })
      for (const { after, target, method, foo, says, more } of script) {
        await engine.clock.advanceAsync(after * UNIT_SECONDS * 1000)
        naive.now += after * UNIT_SECONDS * 1000
        mine.manner = naives.manner = says
        mine.now = naives.now = naive.now
        const request = asking(target, foo === undefined ? more : { ...more, foo }, method)
        expect(await engine.ask(request)).toEqual(toVisitor(request, seen(naive.ask(request))))
        expect(mine.asked).toBe(naives.asked)
      }
    },
    60_000,
  )
})
