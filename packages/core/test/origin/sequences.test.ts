import { fc, test as property } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { fieldsOf, NOW } from './exchanges.ts'
import { type AppRequest, asking, NaiveCache, type Said } from './naive-cache.ts'

/** One thing that happens: time passes, and then somebody asks. */
interface Step {
  readonly after: number
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly target: string
  readonly foo: string | undefined
  readonly says: Manner
}

/** How the app answers if it is asked. */
type Manner = 'plain' | 'varied' | 'personal' | 'forbidden' | 'error' | 'lost' | 'same'

/** What the app remembers of a page that it has made: all that its body says is checked by this. */
interface Made {
  readonly at: number
  readonly target: string
  readonly foo: string | undefined
  readonly manner: Manner
  validatedAt: number
}

const MAX_AGE = 10
const SWR = 5
const SIE = 20

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    after: fc.nat(12),
    method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST'),
    target: fc.constantFrom('/a', '/b'),
    foo: fc.constantFrom(undefined, '1', '2'),
    says: fc.constantFrom('plain', 'varied', 'varied', 'personal', 'forbidden', 'error', 'lost', 'same'),
  }),
  { maxLength: 40 },
)

/** An app that notes what it made, and gives each page a number for body and tag. */
class NotingApp {
  readonly made: Made[] = []
  now = NOW
  manner: Manner = 'plain'

  readonly answer = ({ url, method, headers }: AppRequest): Said => {
    if (this.manner === 'lost') return 'lost'
    if (this.manner === 'error') return { status: 503, fields: [], body: 'error' }
    if (method === 'POST') return { status: 200, fields: [] }
    const known = this.made[Number(String(headers['if-none-match'] ?? '').replaceAll('"', '') || -1)]
    if (this.manner === 'same' && known !== undefined) {
      known.validatedAt = this.now
      return { status: 304, fields: fieldsOf({ etag: String(headers['if-none-match']) }) }
    }
    const foo = headers['foo'] as string | undefined // as the steps have it
    const id =
      this.made.push({ at: this.now, target: new URL(url).pathname, foo, manner: this.manner, validatedAt: this.now }) -
      1
    return { status: 200, body: String(id), fields: fieldsOf(this.#fields(id)) }
  }

  #fields(id: number): Readonly<Record<string, string>> {
    const life = `max-age=${MAX_AGE}, stale-while-revalidate=${SWR}, stale-if-error=${SIE}`
    return {
      etag: `"${id}"`,
      'cache-control': this.manner === 'forbidden' ? `${life}, no-store` : life,
      ...(this.manner === 'varied' ? { vary: 'foo' } : {}),
      ...(this.manner === 'personal' ? { 'set-cookie': 'sid=1' } : {}),
    }
  }
}

describe('whatever happens one after another', () => {
  property.prop([steps], { numRuns: 1_500 })(
    'what comes from the store is the page of its URL, of its variant, unchanged since, young enough, and nobody’s own',
    (script) => {
      const app = new NotingApp()
      const cache = new NaiveCache(app.answer, { now: NOW })
      const droppedAt = new Map<string, number>()
      for (const step of script) {
        app.now = cache.now += step.after * 1000
        app.manner = step.says
        const before = app.made.length
        const out = cache.ask(asking(step.target, { foo: step.foo }, step.method))
        if (step.method === 'POST' && out.status === 200) droppedAt.set(step.target, before)
        const id = out.body === '' || out.body === 'error' ? undefined : Number(out.body)
        if (id === undefined || (out.asked && id >= before)) continue
        const page = app.made[id] as Made // its body is its number
        expect(page.target).toBe(step.target)
        expect(page.manner === 'varied' ? page.foo : step.foo).toBe(step.foo)
        expect(['plain', 'varied', 'same']).toContain(page.manner)
        expect(id).toBeGreaterThanOrEqual(droppedAt.get(step.target) ?? 0)
        const oldestSeconds = (cache.now - page.validatedAt) / 1000
        expect(oldestSeconds).toBeLessThan(MAX_AGE + (out.asked ? SIE : SWR))
      }
    },
  )

  property.prop([steps], { numRuns: 500 })('the app is asked at most once for each request', (script) => {
    const app = new NotingApp()
    let count = 0
    const cache = new NaiveCache(
      (request) => {
        count++
        return app.answer(request)
      },
      { now: NOW },
    )
    for (const step of script) {
      app.now = cache.now += step.after * 1000
      app.manner = step.says
      count = 0
      cache.ask(asking(step.target, { foo: step.foo }, step.method))
      expect(count).toBeLessThanOrEqual(1)
    }
  })
})
