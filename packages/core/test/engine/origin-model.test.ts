import { fc, test as property } from '@fast-check/vitest'
import { createRenderCache, memoryStore } from '@ssr-cache/core'
import { type FakeClock, fakeClock } from '@ssr-cache/core/testing'
import { describe, expect } from 'vitest'
import { NOW } from '../origin/exchanges.ts'
import { asking, NaiveCache, type Out } from '../origin/naive-cache.ts'
import { anyStep, NotingApp, type Step } from '../origin/noting-app.ts'
import { settled } from './harness.ts'

// Beyond the longest rest of a key that failed: the naive cache knows of none.
const UNIT_SECONDS = 31

const anyScript = fc.array(
  anyStep.map((step) => ({ ...step, after: step.after + 1 })),
  { maxLength: 25 },
)

/** A visitor of a whole app behind the cache: what they send is asked, and what they see of the answer. */
function engineOn(app: NotingApp): { readonly clock: FakeClock; ask(step: Step): Promise<Seen> } {
  const clock = fakeClock(NOW)
  const cache = createRenderCache({
    freshness: 'origin',
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
    const bodiless = status === 304 || request.method === 'HEAD'
    return new Response(bodiless ? null : Buffer.from(body), { status, headers: fields as [string, string][] })
  })
  return {
    clock,
    async ask({ target, method, foo }) {
      const { url, headers } = asking(target, foo === undefined ? {} : { foo })
      const response = await fetch(new Request(url, { method, headers: headers as Record<string, string> }))
      const text = await response.text()
      await settled()
      // Where nobody could be reached, the words are ours.
      if (response.status === LOST) return seen({ status: LOST, body: '', fields: [] })
      return seen({
        status: response.status,
        body: text,
        fields: [...response.headers],
      })
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

describe('the engine against the rules with a Map round them', () => {
  property.prop([anyScript], { numRuns: 300 })(
    'whatever happens one after another, both give the same answers, and ask the app the same',
    async (script) => {
      const [mine, naives] = [new NotingApp(UNIT_SECONDS), new NotingApp(UNIT_SECONDS)]
      const engine = engineOn(mine)
      const naive = new NaiveCache(naives.answer, { now: NOW })
      for (const step of script) {
        await engine.clock.advanceAsync(step.after * UNIT_SECONDS * 1000)
        naive.now += step.after * UNIT_SECONDS * 1000
        mine.manner = naives.manner = step.says
        mine.now = naives.now = naive.now
        const headers = step.foo === undefined ? {} : { foo: step.foo }
        const expected = seen(naive.ask(asking(step.target, headers, step.method)))
        const given = await engine.ask(step)
        expect(given).toEqual({ ...expected, body: step.method === 'HEAD' ? '' : expected.body })
        expect(mine.asked).toBe(naives.asked)
      }
    },
    60_000,
  )
})
