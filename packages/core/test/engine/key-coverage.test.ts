import { type CoverageFinding, type Handler, pageContext, type RenderCacheOptions } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { html, openShop, request, type Shop, settled, times } from './harness.ts'

interface Watched extends Shop {
  readonly findings: CoverageFinding[]
  /** Asks for a page of its own each time, so that each is rendered. */
  visit(headers: Record<string, string>, handler: Handler, query?: string): Promise<void>
}

function openWatched(options: RenderCacheOptions = {}): Watched {
  const shop = openShop({ keyCoverage: true, ...options })
  const findings: CoverageFinding[] = []
  shop.cache.events.on('key-coverage', (finding) => findings.push(finding))
  let visits = 0
  return {
    ...shop,
    findings,
    async visit(headers, handler, query = '') {
      await shop.cache.handle(request(`/${visits++}${query}`, { headers }), handler)
      await settled()
    },
  }
}

const reading =
  (...names: readonly string[]): Handler =>
  ({ request }) =>
    html(names.map((name) => request.headers.get(name)).join())

describe('what a render tries to read that its key does not cover is told (I3, R68)', () => {
  test('a header that was removed, once per name, as an event and as a warning with both ways out', async () => {
    const shop = openWatched()
    for (let i = 0; i < 3; i++) await shop.visit({ 'user-agent': 'x', dnt: '1' }, reading('User-Agent'))
    expect(shop.findings).toEqual([{ finding: 'uncovered', part: 'header', name: 'user-agent', route: '*' }])
    const warnings = shop.logged.filter(([level]) => level === 'warn')
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.[1]).toContain("key: { headers: { 'user-agent': bucket } }")
    expect(warnings[0]?.[1]).toContain('bypass: {')
    expect(warnings[0]?.[2]).toEqual(shop.findings[0])
  })

  test('what the visitor did not send is no finding, nor what frameworks read for every page', async () => {
    const shop = openWatched()
    await shop.visit({ 'if-none-match': '"a"', range: 'bytes=0-1' }, reading('user-agent', 'if-none-match', 'range'))
    expect(shop.findings).toEqual([])
  })

  test('a render that reads nothing of it is not told of', async () => {
    const shop = openWatched()
    await shop.visit({ 'user-agent': 'x', cookie: 'theme=dark' }, () => html('<p>'))
    expect(shop.findings).toEqual([])
  })

  test('whoever reads the Cookie field is told which cookies are no longer in it', async () => {
    const shop = openWatched({ key: { cookies: ['currency'] } })
    await shop.visit({ cookie: 'theme=dark; currency=EUR; visit=3' }, reading('cookie'))
    expect(shop.findings.map(({ part, name }) => `${part} ${name}`)).toEqual(['cookie theme', 'cookie visit'])
    expect(shop.logged.at(-1)?.[1]).toContain("key: { cookies: ['visit'] }")
  })

  test('the same answer goes out, and the same request is seen, as without the check', async () => {
    const seen: unknown[] = []
    for (const keyCoverage of [true, false]) {
      const shop = openWatched({ keyCoverage, key: { headers: { 'accept-language': true } } })
      await shop.visit({ 'accept-language': 'de', 'user-agent': 'x' }, ({ request }) => {
        const { headers } = request
        seen.push([[...headers], headers.has('User-Agent'), headers.get('accept-language'), [...new Headers(headers)]])
        headers.forEach((value, name) => void seen.push([name, value]))
        return html('<p>')
      })
    }
    expect(seen.slice(seen.length / 2)).toEqual(seen.slice(0, seen.length / 2))
  })

  test('names that strangers make up do not fill the log (I7)', async () => {
    const shop = openWatched()
    const names = times(1_200, (i) => `x-${i}`)
    await shop.visit(Object.fromEntries(names.map((name) => [name, '1'])), reading(...names))
    expect(shop.findings).toHaveLength(1_000)
  })

  test('a value whose load reads what its vary does not name', async () => {
    const shop = openWatched({ key: { cookies: ['currency'] } })
    const read = () => shop.cache.value('price', {}, () => pageContext()?.variant['cookie currency'] ?? 'none')
    await shop.visit({ cookie: 'currency=EUR' }, async () => html(await read()))
    expect(shop.findings).toMatchObject([{ finding: 'uncovered', part: 'vary', name: 'cookie currency' }])
    expect(shop.logged.at(-1)?.[1]).toContain("{ vary: ['cookie currency'] }")
  })
})

describe('what the variant of a page or value shows, and what it does not (V17)', () => {
  const options: RenderCacheOptions = { key: { cookies: ['currency'], headers: { 'accept-language': true } } }
  const visitor = { cookie: 'currency=EUR', 'accept-language': 'de' }

  test('a value that varies by one part of the key and reads another', async () => {
    const shop = openWatched(options)
    const load = () => [pageContext()?.variant['cookie currency'], pageContext()?.variant['accept-language']].join()
    const read = () => shop.cache.value('price', { vary: ['cookie currency'] }, load)
    await shop.visit(visitor, async () => html(await read()))
    expect(shop.findings).toMatchObject([{ finding: 'uncovered', part: 'vary', name: 'accept-language' }])
  })

  test('a name that no key holds is no finding, in a page or in a value', async () => {
    const shop = openWatched(options)
    const load = () => String(pageContext()?.variant['cookie visit'])
    await shop.visit(visitor, async () => html(load() + (await shop.cache.value('visit', {}, load))))
    await shop.visit({}, () => html(String(pageContext()?.variant['cookie currency'])))
    expect(shop.findings).toEqual([])
  })
})

test('the methods of a Request that is watched are in no list, and a framework may put its own in their place', async () => {
  const shop = openWatched()
  let seen: unknown
  await shop.visit({}, ({ request: { headers } }) => {
    const listed = Object.keys(headers)
    Object.assign(headers, { get: () => 'the framework’s' })
    Object.defineProperty(headers, 'get', { enumerable: true })
    seen = [listed, headers.get('accept')]
    return html('<p>')
  })
  expect(seen).toEqual([[], 'the framework’s'])
})

describe('what the key holds that no render ever read is told', () => {
  const options: RenderCacheOptions = {
    key: { cookies: ['currency', 'ab'], headers: { 'accept-language': true, 'x-device': true } },
  }
  const visitor = { cookie: 'currency=EUR; ab=1', 'accept-language': 'de', 'x-device': 'phone' }

  test('after thirty renders that had it, once', async () => {
    const shop = openWatched(options)
    for (let i = 0; i < 40; i++) await shop.visit(visitor, () => html('<p>'))
    expect(shop.findings.map(({ finding, part, name }) => `${finding} ${part} ${name}`).toSorted()).toEqual([
      'unread cookie ab',
      'unread cookie currency',
      'unread header accept-language',
      'unread header x-device',
    ])
    expect(shop.logged.some(([, message]) => message.includes('take it out of key.cookies'))).toBe(true)
  })

  test('one render that reads it is enough, through the request or the page’s context', async () => {
    const shop = openWatched(options)
    await shop.visit(visitor, ({ request }) => html(String(request.headers.get('x-device'))))
    await shop.visit(visitor, () => html(String(pageContext()?.variant['accept-language'])))
    for (let i = 0; i < 40; i++) await shop.visit(visitor, () => html('<p>'))
    expect(shop.findings.map(({ name }) => name).toSorted()).toEqual(['ab', 'currency'])
  })

  test('renders that do not have it do not count', async () => {
    const shop = openWatched(options)
    for (let i = 0; i < 40; i++) await shop.visit({}, () => html('<p>'))
    expect(shop.findings).toEqual([])
  })

  test('a value that varies by it reads it, on a hit as on a load (V17)', async () => {
    const shop = openWatched(options)
    const read = () => shop.cache.value('price', { vary: ['cookie currency'] }, () => '9')
    for (let i = 0; i < 40; i++) await shop.visit(visitor, async () => html(await read()))
    expect(shop.findings.map(({ name }) => name)).not.toContain('currency')
    expect(shop.findings.map(({ name }) => name)).toContain('ab')
  })

  test.each<[string, (request: Request) => unknown]>([
    ['forEach', ({ headers }) => headers.forEach(() => {})],
    ['for…of', ({ headers }) => Array.from(headers)],
    ['entries', ({ headers }) => [...headers.entries()]],
    ['keys', ({ headers }) => [...headers.keys()]],
    ['values', ({ headers }) => [...headers.values()]],
    ['Object.fromEntries', ({ headers }) => Object.fromEntries(headers)],
    ['new Headers(headers)', ({ headers }) => new Headers(headers).get('x-device')],
    ['request.clone()', (request) => request.clone().headers.get('x-device')],
    ['new Request(request)', (request) => new Request(request).headers.get('x-device')],
    ['new Request(url, request)', (request) => new Request('http://inner/', request).headers.get('x-device')],
    [
      'a Request of a framework’s own',
      (request) => {
        class FrameworkRequest extends Request {}
        return [request.headers.get('accept'), new FrameworkRequest(request).headers.get('x-device')]
      },
    ],
    ['the context’s variant', () => Object.keys(pageContext()?.variant ?? {})],
  ])('nothing is called unread once a render has gone through all of it, or has copied it: %s', async (_, read) => {
    const shop = openWatched(options)
    await shop.visit(visitor, ({ request }) => {
      read(request)
      return html('<p>')
    })
    for (let i = 0; i < 40; i++) await shop.visit(visitor, () => html('<p>'))
    expect(shop.findings).toEqual([])
  })
})

test('a render is handed names of what the visitor has, and nothing that leads to the visitor (I3)', async () => {
  const { cache } = openShop({ keyCoverage: true })
  const above = { user: { name: 'Ada' }, res: { locals: { basket: 'three shoes' } } }
  const plan = cache.plan({
    method: 'GET',
    scheme: 'https',
    host: 'shop.example',
    target: '/?secret=s3cret',
    headers: { 'x-user': 'Ada' },
    above,
  })
  let input: unknown
  if (plan.kind !== 'shared') throw new Error(`expected a shared plan, got ${plan.kind}`)
  await plan.answer((given) => {
    input = given
    return { kind: 'declined' }
  })
  const reached = everythingIn(input)
  expect(reached).toContain('basket')
  for (const own of [above, above.user, above.res, above.res.locals, 'Ada', 'three shoes', 's3cret'])
    expect(reached).not.toContain(own)
})

/** Every value that can be reached from one by names. */
function everythingIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (found.has(value)) return found
  found.add(value)
  if (typeof value !== 'object' || value === null) return found
  for (const name of Reflect.ownKeys(value)) everythingIn(Reflect.get(value, name), found)
  return found
}

test.each([
  ['production', false],
  ['test', false],
  ['development', true],
  [undefined, true],
])('NODE_ENV=%s: the check is on: %s', async (mode, isOn) => {
  const before = process.env['NODE_ENV']
  if (mode === undefined) delete process.env['NODE_ENV']
  else process.env['NODE_ENV'] = mode
  try {
    const shop = openShop({ enabled: true })
    const findings = times(0, () => 0)
    shop.cache.events.on('key-coverage', () => findings.push(1))
    await shop.cache.handle(request('/', { headers: { 'user-agent': 'x' } }), reading('user-agent'))
    expect(findings.length > 0).toBe(isOn)
  } finally {
    if (before === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = before
  }
})
