import { fc } from '@fast-check/vitest'
import { fieldsOf, NOW } from './exchanges.ts'
import type { AppRequest, Said } from './naive-cache.ts'

/** One thing that happens: time passes, and then somebody asks. */
export interface Step {
  readonly after: number
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly target: string
  readonly foo: string | undefined
  readonly says: Manner
}

/** How the app answers if it is asked. */
type Manner = 'plain' | 'varied' | 'personal' | 'forbidden' | 'error' | 'lost' | 'same'

/** What the app remembers of a page that it has made: all that its body says is checked by this. */
export interface Made {
  readonly at: number
  readonly target: string
  readonly foo: string | undefined
  readonly manner: Manner
  validatedAt: number
}

/** Lifetimes and windows, in the app's unit of time. */
export const MAX_AGE = 10
export const SWR = 5
export const SIE = 20

export const anyStep: fc.Arbitrary<Step> = fc.record({
  after: fc.nat(12),
  method: fc.constantFrom('GET', 'GET', 'GET', 'GET', 'HEAD', 'POST'),
  target: fc.constantFrom('/a', '/b'),
  foo: fc.constantFrom(undefined, '1', '2'),
  says: fc.constantFrom('plain', 'varied', 'varied', 'personal', 'forbidden', 'error', 'lost', 'same'),
})

/** An app that notes what it made, and gives each page a number for body and tag. */
export class NotingApp {
  readonly made: Made[] = []
  now = NOW
  manner: Manner = 'plain'
  /** How often it was asked. */
  asked = 0
  readonly #unitSeconds: number

  constructor(unitSeconds = 1) {
    this.#unitSeconds = unitSeconds
  }

  readonly answer = ({ url, method, headers }: AppRequest): Said => {
    this.asked++
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
    const [maxAge, swr, sie] = [MAX_AGE, SWR, SIE].map((units) => units * this.#unitSeconds)
    const life = `max-age=${maxAge}, stale-while-revalidate=${swr}, stale-if-error=${sie}`
    return {
      etag: `"${id}"`,
      'cache-control': this.manner === 'forbidden' ? `${life}, no-store` : life,
      ...(this.manner === 'varied' ? { vary: 'foo' } : {}),
      ...(this.manner === 'personal' ? { 'set-cookie': 'sid=1' } : {}),
    }
  }
}
