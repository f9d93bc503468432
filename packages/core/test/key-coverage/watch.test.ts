import type { CoverageFinding, RenderCacheOptions, RenderInput } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { openShop, type Shop, times } from '../engine/harness.ts'

type Watch = NonNullable<RenderInput['watch']>

interface Visitor {
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly above?: object
  readonly context?: unknown
}

interface Watched extends Shop {
  readonly findings: CoverageFinding[]
  /** A render of a page of its own, by an adapter that hands `watch` to it. */
  visit(visitor: Visitor, read: (watch: Watch) => unknown): Promise<void>
  /** What was found, in short. */
  found(): readonly string[]
}

function openWatched(options: RenderCacheOptions = {}): Watched {
  const shop = openShop({ keyCoverage: true, ...options })
  const findings: CoverageFinding[] = []
  shop.cache.events.on('key-coverage', (finding) => findings.push(finding))
  return {
    ...shop,
    findings,
    found: () => findings.map(({ finding, part, name }) => `${finding} ${part} ${name}`),
    async visit({ target = '/', headers = {}, ...more }, read) {
      const asked = { method: 'GET', scheme: 'https', host: 'shop.example', target, headers, ...more }
      const plan = shop.cache.plan(asked as Parameters<typeof shop.cache.plan>[0])
      if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
      await plan.answer(async ({ watch }) => {
        if (watch === undefined) throw new Error('expected a watch')
        await read(watch)
        return { kind: 'declined' }
      })
    },
  }
}

describe('what an adapter’s render tries to read that its key does not cover is told (I3, R68)', () => {
  const KEYED: RenderCacheOptions = { key: { cookies: ['currency'] } }
  const cookie = 'currency=EUR; theme=dark; visit=3'

  test('a cookie that was removed, by whoever asks for it by name after a parser has read the field', async () => {
    const shop = openWatched(KEYED)
    await shop.visit({ headers: { cookie } }, (watch) => {
      const headers = watch.headers<Record<string, string>>({ cookie: 'currency=EUR' })
      const cookies = watch.cookies<Record<string, string>>(headers['cookie'] === '' ? {} : { currency: 'EUR' })
      return [cookies['currency'], cookies['theme'], cookies['never-sent']]
    })
    expect(shop.found()).toEqual(['uncovered cookie theme'])
  })

  test('a query parameter that the key drops, with both ways out; one that it keeps is none, nor one of the name of a cookie', async () => {
    const shop = openWatched(KEYED)
    await shop.visit({ target: '/?page=2&theme=1&utm_source=mail', headers: { cookie } }, (watch) => {
      const query = watch.query<Record<string, string>>({ page: '2', theme: '1' })
      return [Object.keys(query), query['page'], query['theme'], query['utm_source'], query['never-sent']]
    })
    expect(shop.found()).toEqual(['uncovered query utm_source'])
    expect(shop.logged.at(-1)?.[1]).toContain('a render read the query parameter "utm_source"')
    expect(shop.logged.at(-1)?.[1]).toContain('leave it out of ignoreQuery, or put it into allowQuery')
  })

  test.each([
    ['request', 'a render read req.user', 'expressCache(cache, pages, { context: (req) => ({ … }) })'],
    ['locals', 'a render read res.locals.user', '{ context: (req, res) => ({ user: res.locals.user }) }'],
  ] as const)('state that code above has put on the %s', async (part, what, wayOut) => {
    const shop = openWatched()
    await shop.visit({}, (watch) => watch.absent(part, 'user'))
    expect(shop.findings).toEqual([{ finding: 'uncovered', part, name: 'user', route: '*' }])
    expect(shop.logged.at(-1)?.[1]).toContain(what)
    expect(shop.logged.at(-1)?.[1]).toContain(wayOut)
  })

  test.each<[string, (headers: object) => unknown]>([
    ['by name', (headers) => Reflect.get(headers, 'dnt')],
    ['by `in`', (headers) => 'dnt' in headers],
    ['by Object.hasOwn', (headers) => Object.hasOwn(headers, 'dnt')],
  ])('a header, looked for %s', async (_, read) => {
    const shop = openWatched()
    await shop.visit({ headers: { dnt: '1' } }, (watch) => {
      const headers = watch.headers({ host: 'shop.example' })
      for (const name of [Symbol.iterator, Symbol.toStringTag]) [Reflect.get(headers, name), name in headers]
      read(headers)
    })
    expect(shop.found()).toEqual(['uncovered header dnt'])
  })

  test('what looks for what is not there finds nothing, and what writes does not read', async () => {
    const shop = openWatched()
    await shop.visit({ headers: { dnt: '1' } }, (watch) => {
      const kept: Record<string, string> = { host: 'shop.example' }
      const headers = watch.headers(kept)
      headers['dnt'] = 'own'
      expect([kept['dnt'], 'host' in headers, 'te' in headers]).toEqual(['own', true, false])
      expect([Object.hasOwn(headers, 'host'), Object.hasOwn(headers, 'te')]).toEqual([true, false])
    })
    expect(shop.findings).toEqual([])
  })

  test('a header of the key whose bucket had no value for it is no finding', async () => {
    const shop = openWatched({ key: { headers: { 'x-device': () => undefined } } })
    await shop.visit({ headers: { 'x-device': 'fridge' } }, (watch) =>
      Reflect.get(watch.headers({ host: 'shop.example' }), 'x-device'),
    )
    expect(shop.findings).toEqual([])
  })
})

describe('what the key holds that no adapter’s render has read is told', () => {
  const KEYED: RenderCacheOptions = { key: { cookies: ['currency', 'ab'], headers: { 'x-device': true } } }
  const visitor: Visitor = { headers: { cookie: 'currency=EUR; ab=1', 'x-device': 'phone' } }
  const ALL = ['unread header x-device', 'unread cookie currency', 'unread cookie ab']

  /** What is told after one render that reads, and many that do not. */
  async function unreadAfter(read: (watch: Watch) => unknown, asked: Visitor = visitor): Promise<readonly string[]> {
    const shop = openWatched(KEYED)
    await shop.visit(asked, read)
    for (let i = 0; i < 40; i++) await shop.visit(asked, () => {})
    return shop.found()
  }

  test.each<[string, (watch: Watch) => unknown, readonly string[]]>([
    ['one that reads nothing', () => {}, ALL],
    ['a cookie by name', (watch) => Reflect.get(watch.cookies({}), 'ab'), ALL.slice(0, 2)],
    ['a header by name', (watch) => Reflect.get(watch.headers({}), 'x-device'), ALL.slice(1)],
    ['a list of the cookies', (watch) => Object.keys(watch.cookies({})), ALL.slice(0, 1)],
    ['the Cookie field, and no parser', (watch) => Reflect.get(watch.headers({}), 'cookie'), ALL.slice(0, 1)],
    ['a list of the headers', (watch) => Object.keys(watch.headers({})), []],
    ['one header as a property of its own', (watch) => Object.hasOwn(watch.headers({ te: '' }), 'te'), []],
    ['the raw headers', (watch) => watch.all(), []],
    ['a list of the query', (watch) => Object.keys(watch.query({ a: '1' })), ALL],
  ])('%s', async (_, read, unread) => {
    expect(await unreadAfter(read)).toEqual(unread)
  })

  test('what the app has said that the page depends on is no header, and counts for nothing', async () => {
    expect(await unreadAfter(() => {}, { ...visitor, context: { plan: 'gold' } })).toEqual(ALL)
  })

  test('thirty renders are not enough, one more is', async () => {
    const shop = openWatched(KEYED)
    for (const _ of times(30, () => 0)) await shop.visit(visitor, () => {})
    expect(shop.found()).toEqual([])
    await shop.visit(visitor, () => {})
    expect(shop.found()).toEqual(ALL)
    const advice = shop.logged.filter(([level]) => level === 'warn').map(([, message]) => message)
    expect(advice[0]).toContain('take it out of key.headers')
    expect(advice[1]).toContain('take it out of key.cookies')
  })
})
