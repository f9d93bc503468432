import type { Page } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, settled } from './harness.ts'
import { lasting, openOrigin, type Said, says } from './origin-harness.ts'

const validators = { etag: '"a"', 'last-modified': 'Wed, 31 Dec 2025 00:00:00 GMT' }

describe('Validation, through the engine', () => {
  test('what is stale is asked about by its ETag and Last-Modified; a 304 extends its freshness (Good)', async () => {
    const { ask, asked, after } = openOrigin(
      {},
      lasting('max-age=10', 'one', { ...validators, 'x-old': '1', 'x-new': '1' }),
      says({ etag: '"a"', 'x-new': '2', 'content-length': '99' }, '', 304),
    )
    await ask('/', { 'x-any': '1' })
    await after(11)
    const page = await ask('/', { 'x-any': '2' })
    expect(Object.fromEntries(asked[1]?.headers ?? [])).toEqual({
      host: 'shop.example',
      'if-modified-since': validators['last-modified'],
      'if-none-match': '"a"',
      'x-any': '2',
    })
    expect(await page.text()).toBe('one')
    expect([field(page, 'x-old'), field(page, 'x-new'), field(page, 'content-length')]).toEqual(['1', '2', undefined])
    expect(cacheStatus(page)).toEqual({ fwd: 'stale', 'fwd-status': 304, stored: true, ttl: 10 })
    await after(9)
    expect(field(await ask(), 'age')).toBe('9')
    expect(asked).toHaveLength(2)
  })

  test('a 200 replaces it (Must)', async () => {
    const { ask, after } = openOrigin(
      {},
      lasting('max-age=10', 'one', validators),
      lasting('max-age=10', 'two', { etag: '"b"' }),
    )
    await ask()
    await after(11)
    expect(await (await ask()).text()).toBe('two')
    expect(field(await ask(), 'etag')).toBe('"b"')
  })

  test('a 304 that says no-store by now: the page is given once more, and kept no longer', async () => {
    const { ask, asked, after } = openOrigin(
      {},
      lasting('max-age=10', 'one', validators),
      says({ 'cache-control': 'no-store' }, '', 304),
    )
    await ask()
    await after(11)
    expect(await (await ask()).text()).toBe('one')
    await ask().catch(() => {})
    expect(asked[2]?.headers.get('if-none-match')).toBeNull()
  })

  test('a 304 about something else: the app is asked once more, about nothing', async () => {
    const { ask, asked, after } = openOrigin(
      {},
      lasting('max-age=10', 'one', validators),
      says({ etag: '"other"' }, '', 304),
      lasting('max-age=10', 'two'),
    )
    await ask()
    await after(11)
    expect(await (await ask()).text()).toBe('two')
    expect(asked[2]?.headers.get('if-none-match')).toBeNull()
    expect(asked).toHaveLength(3)
  })

  test('no-cache is never served without asking; a crowd asks once (Must)', async () => {
    const { ask, asked } = openOrigin({}, lasting('no-cache', 'one', validators), says({}, '', 304))
    await ask()
    const pages = await Promise.all([ask(), ask(), ask()])
    expect(await Promise.all(pages.map((page) => page.text()))).toEqual(['one', 'one', 'one'])
    expect(asked).toHaveLength(2)
  })

  test('what has only a validator is kept to be validated, for a day', async () => {
    const { ask, asked, after } = openOrigin({}, says({ etag: '"a"' }, 'one'), says({}, '', 304))
    await ask()
    await after(86_000)
    expect(await (await ask()).text()).toBe('one')
    expect(asked[1]?.headers.get('if-none-match')).toBe('"a"')
  })

  test('so is what is not there, where the app gave that a validator (RFC 9111 4.3.1)', async () => {
    const none = says({ 'cache-control': 'max-age=10', etag: '"none"' }, 'none', 404)
    const { ask, asked, after } = openOrigin({}, none, says({}, '', 304))
    await ask()
    await after(11)
    expect((await ask()).status).toBe(404)
    expect(asked[1]?.headers.get('if-none-match')).toBe('"none"')
  })

  test('a validation repeats the fields that Vary names, and is about that variant alone (Must)', async () => {
    const { ask, asked, after, answers } = openOrigin(
      {},
      lasting('max-age=10', 'en', { vary: 'accept-language', etag: '"en"' }),
    )
    await ask('/', { 'accept-language': 'en' })
    answers(lasting('max-age=10', 'de', { vary: 'accept-language', etag: '"de"' }))
    await ask('/', { 'accept-language': 'de' })
    await after(11)
    answers(says({}, '', 304))
    expect(await (await ask('/', { 'accept-language': 'de' })).text()).toBe('de')
    expect(asked[2]?.headers.get('accept-language')).toBe('de')
    expect(asked[2]?.headers.get('if-none-match')).toBe('"de"')
  })

  test('a validated page keeps its tags, and is found by a purge that came after (I2)', async () => {
    const { shop, ask, asked, after, answers } = openOrigin(
      {},
      lasting('max-age=10', 'one', validators),
      says({}, '', 304),
    )
    await ask('/p')
    await after(11)
    await ask('/p')
    await shop.cache.purge({ urls: ['/p'] })
    answers(lasting('max-age=10', 'two'))
    expect(await (await ask('/p')).text()).toBe('two')
    expect(asked).toHaveLength(3)
  })
})

describe('Visitors’ own conditions and ranges', () => {
  test('where nothing is kept they go to the app as they came, and its 304 or 206 is their own', async () => {
    const { ask, asked, answers } = openOrigin({}, says({ etag: '"v"' }, '', 304))
    const page = await ask('/', { 'if-none-match': '"v"' })
    expect([page.status, asked[0]?.headers.get('if-none-match')]).toEqual([304, '"v"'])
    answers(says({ 'content-range': 'bytes 0-0/4', 'cache-control': 'max-age=60' }, 'p', 206))
    const part = await ask('/', { range: 'bytes=0-0' })
    expect([part.status, await part.text(), field(part, 'content-range')]).toEqual([206, 'p', 'bytes 0-0/4'])
    answers(lasting('max-age=60'))
    expect((await ask('/')).status).toBe(200)
    expect(asked).toHaveLength(3)
  })

  test('a whole answer to one of them is everybody’s from then on', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60', 'one', validators))
    await ask('/', { 'if-none-match': '"old"' })
    expect(await (await ask('/')).text()).toBe('one')
    expect(asked).toHaveLength(1)
  })

  test('where something stale is kept they wait for its validation, which is asked about what is kept', async () => {
    const { ask, asked, after } = openOrigin({}, lasting('max-age=10', 'one', validators), says({}, '', 304))
    await ask()
    await after(11)
    await ask('/', { 'if-none-match': '"theirs"', range: 'bytes=0-0' })
    expect(asked[1]?.headers.get('if-none-match')).toBe('"a"')
    expect(asked[1]?.headers.get('range')).toBeNull()
  })

  test('so do credentials: what is kept is validated with them, as it may be theirs to see', async () => {
    const { ask, asked, after } = openOrigin({}, lasting('max-age=10', 'one', validators), says({}, '', 304))
    await ask()
    await after(11)
    expect(await (await ask('/', { authorization: 'x' })).text()).toBe('one')
    expect(['authorization', 'if-none-match'].map((name) => asked[1]?.headers.get(name))).toEqual(['x', '"a"'])
  })

  test('a page that one of them has brought gives way to the next, once that is rendered for all', async () => {
    const { ask, asked, after } = openOrigin({}, lasting('max-age=10', 'one', validators), lasting('max-age=10', 'two'))
    await ask('/', { 'if-none-match': '"old"' })
    await after(11)
    for (const _ of [1, 2]) expect(await (await ask()).text()).toBe('two')
    expect(asked).toHaveLength(2)
  })

  test('a HEAD where nothing is kept is a HEAD to the app, and fills nothing', async () => {
    const { ask, asked, answers } = openOrigin({}, says({ 'cache-control': 'max-age=60', 'content-length': '4' }, ''))
    const head = await ask('/', {}, 'HEAD')
    expect([asked[0]?.method, field(head, 'content-length')]).toEqual(['HEAD', '4'])
    answers(lasting('max-age=60'))
    await ask('/')
    await ask('/', {}, 'HEAD')
    expect(asked).toHaveLength(2)
  })
})

describe('What a HEAD says of a page that is kept (RFC 9111 4.3.5)', () => {
  const page = lasting('max-age=10', 'one', { ...validators, 'x-any': 'old' })
  const head = (more: Record<string, string>): Said => lasting('max-age=60', '', more)

  /** A page that has run out, after a HEAD to which the app says this; and the next GET. */
  async function seenByHead(said: Said): Promise<{ readonly next: Page; readonly asked: readonly Request[] }> {
    const { ask, asked, after, answers } = openOrigin({}, page)
    await ask()
    await after(11)
    answers(said)
    await ask('/', {}, 'HEAD')
    answers(lasting('max-age=10', 'two'))
    return { next: await ask(), asked }
  }

  test('that it is the same extends its life, and its fields are the newer ones', async () => {
    const { next, asked } = await seenByHead(head({ etag: '"a"', 'x-any': 'new' }))
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'HEAD'])
    expect(cacheStatus(next)).toEqual({ hit: true, ttl: 60 })
    expect([await next.text(), field(next, 'x-any')]).toEqual(['one', 'new'])
  })

  test.each<[string, Said]>([
    ['that it is another', head({ etag: '"b"' })],
    ['that it is the same, and may be kept no longer', says({ etag: '"a"', 'cache-control': 'no-store' }, '')],
  ])('%s ends it: the app is asked about nothing', async (_, said) => {
    const { next, asked } = await seenByHead(said)
    expect(await next.text()).toBe('two')
    expect(asked[2]?.headers.get('if-none-match')).toBeNull()
  })

  test('that there is trouble says nothing of it', async () => {
    const { asked } = await seenByHead(says({}, '', 500))
    expect(asked[2]?.headers.get('if-none-match')).toBe('"a"')
  })
})

describe('Methods, through the engine', () => {
  test.each(['POST', 'PUT', 'DELETE', 'M-SEARCH'])(
    'the success of %s drops its URL, in all variants (Must)',
    async (method) => {
      const { ask, asked, answers } = openOrigin({}, lasting('max-age=60', 'one', { vary: 'x' }))
      await ask('/p', { x: '1' })
      await ask('/p', { x: '2' })
      answers(says({}, 'done'))
      const done = await ask('/p', {}, method)
      expect(field(done, 'cache-status')).toBe('ssr-cache; fwd=method; detail=method')
      answers(lasting('max-age=60', 'two', { vary: 'x' }))
      expect(await (await ask('/p', { x: '1' })).text()).toBe('two')
      expect(await (await ask('/p', { x: '2' })).text()).toBe('two')
      expect(asked).toHaveLength(5)
    },
  )

  test('so do same-origin Location and Content-Location; failure and other origins do not (Good)', async () => {
    const { ask, asked, answers } = openOrigin({}, lasting('max-age=60'))
    for (const target of ['/form', '/a', '/b', '/c']) await ask(target)
    answers(says({}, '', 500))
    await ask('/form', {}, 'POST')
    answers(says({ location: '/a', 'content-location': 'https://shop.example/b' }, '', 201))
    await ask('/else', {}, 'POST')
    answers(lasting('max-age=60'))
    for (const target of ['/form', '/a', '/b', '/c']) await ask(target)
    expect(asked.slice(6).map(({ url }) => new URL(url).pathname)).toEqual(['/a', '/b'])
  })

  test('GET, HEAD and OPTIONS drop nothing (Must)', async () => {
    const { ask, asked } = openOrigin({}, lasting('max-age=60'))
    await ask('/p')
    await ask('/p', {}, 'OPTIONS')
    await ask('/p')
    expect(asked).toHaveLength(2)
  })

  test('what bypasses goes out with the app’s own fields, whatever they are: none is added (Must)', async () => {
    const { ask } = openOrigin({}, says({ 'set-cookie': 'sid=1', 'x-any': '1' }, 'done', 299))
    const page = await ask('/', {}, 'POST')
    expect([page.status, page.fields]).toEqual([
      299,
      [
        ['set-cookie', 'sid=1'],
        ['x-any', '1'],
        ['cache-status', 'ssr-cache; fwd=method; detail=method'],
      ],
    ])
  })

  test('what was changed while a render ran is not kept as it was before (I2)', async () => {
    const { shop, ask } = openOrigin({}, says({}, 'done'))
    const { renders, get } = shop
    const page = get('/p')
    await ask('/p', {}, 'POST')
    await settled()
    await renders.last.answers(lasting('max-age=60', 'before'))
    await page
    void get('/p')
    await settled()
    expect(renders.count).toBe(2)
  })
})

describe('Targeted fields and heuristics, through the engine', () => {
  test('CDN-Cache-Control speaks to a cache that says that it is a CDN, and to no other (Must)', async () => {
    const fields = { 'cdn-cache-control': 'max-age=60', 'cache-control': 'no-store' }
    const cdn = openOrigin({ origin: { targetedFields: ['CDN-Cache-Control'] } }, says(fields))
    await cdn.ask()
    await cdn.ask()
    const other = openOrigin({}, says(fields))
    await other.ask()
    await other.ask()
    expect([cdn.asked.length, other.asked.length]).toEqual([1, 2])
  })

  test('nothing is guessed unless asked for (Good)', async () => {
    const fields = { 'last-modified': 'Wed, 24 Dec 2025 00:00:00 GMT' }
    const guessing = openOrigin({ origin: { heuristicFraction: 0.1 } }, says(fields))
    await guessing.ask()
    await guessing.ask()
    const other = openOrigin({}, says(fields))
    await other.ask()
    await other.ask()
    expect([guessing.asked.length, other.asked.length]).toEqual([1, 2])
  })
})
