import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRenderCache, type FallbackOptions, type Page, type ShellFunction } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { cacheStatus, field, html, openShop, type Shop, settled, times } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'shells-'))
const SHELL = '<!doctype html><div id="root"></div>'
const shell = join(folder, 'shell.html')
writeFileSync(shell, SHELL)

const PEOPLE = { headers: { accept: 'text/html' } }

type Options = NonNullable<Parameters<typeof openShop>[0]>

/** A shop with room for one render, which is taken. */
async function busy(fallback: NonNullable<Options['admission']>['fallback'], more: Options = {}): Promise<Shop> {
  const admission = { concurrency: 1, queueLimit: 0, ...(fallback !== undefined && { fallback }) }
  const shop = openShop({ ...more, admission: { ...admission, ...more.admission } })
  void shop.get('/busy')
  await settled()
  return shop
}

const seen = async (page: Page): Promise<readonly unknown[]> => [
  page.status,
  await page.text(),
  field(page, 'cache-control'),
  field(page, 'retry-after'),
  field(page, 'x-robots-tag'),
]

describe('where no render is to be had, a visitor gets the client-side shell (R42, R43, O4)', () => {
  test('with 503, when to ask again, and a word to everyone not to keep or index it', async () => {
    const shop = await busy(shell)
    const page = await shop.get('/a', PEOPLE)
    expect(await seen(page)).toEqual([503, SHELL, 'no-store', '5', 'noindex'])
    expect(field(page, 'content-type')).toBe('text/html; charset=utf-8')
    expect(field(page, 'x-content-type-options')).toBe('nosniff')
    expect(field(page, 'etag')).toBeUndefined()
    expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'turned-away' })
  })

  test('HEAD is told the same', async () => {
    const page = await (await busy(shell)).get('/a', { ...PEOPLE, method: 'HEAD' })
    expect([page.status, field(page, 'content-type')]).toEqual([503, 'text/html; charset=utf-8'])
  })

  test('it is never kept: the next visit is a render', async () => {
    const shop = await busy(shell)
    await shop.get('/a', PEOPLE)
    expect(await shop.cache.lookup(shop.cache.key({ url: 'https://shop.example/a' }) as never)).toBeUndefined()
    await shop.renders.last.answers('<p>busy')
    expect(await (await shop.render('/a', '<p>page', PEOPLE)).text()).toBe('<p>page')
  })

  test.each([
    ['one that takes anything', { accept: '*/*' }],
    ['one that would rather have data', { accept: 'application/json, text/html;q=0.5' }],
    ['one that says nothing', {}],
  ])('%s gets a problem document, with or without a shell (RFC 9457)', async (_, headers) => {
    for (const fallback of [shell, undefined]) {
      const shop = await busy(fallback)
      const page = await shop.get('/a', { headers })
      expect(field(page, 'content-type')).toBe('application/problem+json')
      expect(JSON.parse(await page.text())).toEqual({
        type: 'about:blank',
        title: 'Service Unavailable',
        status: 503,
        detail: expect.stringContaining('must wait'),
      })
      expect((await seen(page)).slice(2)).toEqual(['no-store', '5', undefined])
    }
  })

  test('a page that is kept comes first, however old it may be used (I8)', async () => {
    const shop = openShop({ admission: { concurrency: 1, queueLimit: 0, fallback: shell } })
    await shop.render('/a', '<p>old', PEOPLE)
    shop.clock.advance(3_600_000)
    void shop.get('/busy')
    await settled()
    const page = await shop.get('/a', PEOPLE)
    expect([page.status, await page.text(), cacheStatus(page)['detail']]).toEqual([200, '<p>old', 'turned-away'])
  })

  test('whoever has waited too long gets it, and those who came later and can wait get the page (C9)', async () => {
    const shop = openShop({ admission: { timeoutMs: 1_000, fallback: shell } })
    const early = shop.get('/a', PEOPLE)
    await shop.clock.advanceAsync(600)
    const late = shop.get('/a', PEOPLE)
    await shop.clock.advanceAsync(400)
    expect((await seen(await early)).slice(0, 2)).toEqual([503, SHELL])
    await shop.renders.last.answers('<p>page')
    expect((await seen(await late)).slice(0, 2)).toEqual([200, '<p>page'])
    expect(shop.renders.count).toBe(1)
  })

  test.each<[string, (shop: Shop) => Promise<Page>, string]>([
    ['past the deadline', (shop) => deadline(shop), 'deadline'],
    ['turned away among those who bypass', (shop) => bypassing(shop), 'bypass-limit'],
  ])('%s', async (_, visit, detail) => {
    const admission = { bypassConcurrency: 1, queueLimit: 0, timeoutMs: 10_000, deadlineMs: 20_000, fallback: shell }
    const page = await visit(openShop({ admission }))
    expect((await seen(page)).slice(0, 2)).toEqual([503, SHELL])
    expect(cacheStatus(page)['detail']).toBe(detail)
  })

  test('while the cache is off, too', async () => {
    const shop = openShop({ enabled: false, admission: { bypassConcurrency: 1, queueLimit: 0, fallback: shell } })
    void shop.get('/a')
    expect((await seen(await shop.get('/a', PEOPLE))).slice(0, 2)).toEqual([503, SHELL])
  })

  test('a form that was sent is told in words, and not by a page that looks as if it had arrived', async () => {
    const admission = { bypassConcurrency: 1, queueLimit: 0, fallback: shell }
    const shop = openShop({ admission })
    void shop.get('/a?preview=1')
    const page = await shop.get('/a', { ...PEOPLE, method: 'POST' })
    expect((await seen(page)).slice(0, 2)).toEqual([503, 'Service Unavailable\n'])
  })
})

async function deadline(shop: Shop): Promise<Page> {
  void shop.get('/a')
  await shop.clock.advanceAsync(15_000)
  const visit = shop.get('/a', PEOPLE)
  await shop.clock.advanceAsync(5_000)
  return visit
}

async function bypassing(shop: Shop): Promise<Page> {
  void shop.get('/a?preview=1')
  await settled()
  return shop.get('/a?preview=1', PEOPLE)
}

describe('what the options say', () => {
  test('status 200 goes out as one visitor’s, which nobody keeps or indexes (R43)', async () => {
    const shop = await busy({ shell, status: 200 })
    const page = await shop.get('/a', PEOPLE)
    expect(await seen(page)).toEqual([200, SHELL, 'private, no-store', undefined, 'noindex'])
    const names = ['content-type', 'x-robots-tag', 'x-content-type-options', 'cache-control', 'cache-status']
    expect(page.fields.map(([name]) => name)).toEqual(names)
  })

  test('of problem documents and errors the status stays', async () => {
    const shop = await busy({ shell, status: 200 })
    expect((await shop.get('/a')).status).toBe(503)
    await shop.renders.last.answers('<p>')
    expect((await shop.render('/b', html('down', {}, 502), PEOPLE)).status).toBe(502)
  })

  test('retryAfter is what every 503 says', async () => {
    const shop = await busy({ shell, retryAfter: 30 })
    for (const init of [PEOPLE, {}]) expect(field(await shop.get('/a', init), 'retry-after')).toBe('30')
  })

  test('a file: URL is as good as a path', async () => {
    expect(await (await (await busy(pathToFileURL(shell))).get('/a', PEOPLE)).text()).toBe(SHELL)
  })

  test('the file is read at the start, and not again', async () => {
    const file = join(folder, 'changing.html')
    writeFileSync(file, '<p>first')
    const shop = await busy(file)
    writeFileSync(file, '<p>second')
    expect(await (await shop.get('/a', PEOPLE)).text()).toBe('<p>first')
  })
})

describe('a function makes the shell', () => {
  test('from the narrowed request, at its leisure (I3)', async () => {
    const asked: Request[] = []
    const made: ShellFunction = async (request) => {
      asked.push(request)
      return `<p>${new URL(request.url).pathname}`
    }
    const shop = await busy(made, { key: { cookies: ['currency'] } })
    const headers = {
      ...PEOPLE.headers,
      cookie: 'currency=eur; other=1',
      'user-agent': 'x',
      referer: 'https://a.example/',
    }
    expect((await seen(await shop.get('/a?utm_source=mail', { headers }))).slice(0, 2)).toEqual([503, '<p>/a'])
    expect(asked.map(({ url }) => url)).toEqual(['https://shop.example/a'])
    expect(asked.map((request) => [request.headers.get('cookie'), request.headers.get('referer')])).toEqual([
      ['currency=eur', null],
    ])
  })

  test('of those who bypass, nothing but the URL reaches it', async () => {
    const asked: Request[] = []
    const made: ShellFunction = (request) => {
      asked.push(request)
      return SHELL
    }
    const shop = openShop({ admission: { bypassConcurrency: 1, queueLimit: 0, fallback: made } })
    void shop.get('/a?preview=1')
    await settled()
    await shop.get('/a?preview=1', { headers: { ...PEOPLE.headers, cookie: 'sid=1', authorization: 'Basic eA==' } })
    expect(asked.map(({ headers }) => [headers.get('cookie'), headers.get('authorization')])).toEqual([[null, null]])
    expect([...(asked[0]?.headers.keys() ?? [])]).toEqual(['accept', 'host'])
  })

  test('as text or as bytes, and nothing runs on when it is made (I13)', async () => {
    for (const made of [SHELL, new TextEncoder().encode(SHELL)]) {
      const shop = await busy(() => made)
      const timers = shop.clock.pending
      expect((await seen(await shop.get('/a', PEOPLE))).slice(0, 2)).toEqual([503, SHELL])
      expect(shop.clock.pending).toBe(timers)
    }
  })

  test.each<[string, ShellFunction]>([
    [
      'throws',
      () => {
        throw new Error('no template')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no template'))],
    ['gives nothing', () => ''],
    ['gives what is no HTML', () => 42 as never],
  ])('one that %s costs the shell and nothing else, and is told to the log', async (_, made) => {
    const shop = await busy(made)
    const page = await shop.get('/a?code=once', PEOPLE)
    expect(await seen(page)).toEqual([503, 'Service Unavailable\n', 'no-store', '5', undefined])
    const errors = shop.logged.filter(([level]) => level === 'error')
    // Without the query, which may be a one-time link.
    expect(errors.map(([, , details]) => details)).toMatchObject([{ route: '*', url: 'https://shop.example/a' }])
  })

  test('one that gives what is no HTML is told what to give', async () => {
    const shop = await busy(() => 42 as never)
    await shop.get('/a', PEOPLE)
    const told = shop.logged.map(([, , details]) => ('error' in details ? String(details.error) : ''))
    expect(told.at(-1)).toBe(
      'SsrCacheError: ERR_SSR_CACHE_OPTION: "admission.fallback" must be a function that gives text or bytes of HTML, got 42 (number). Give HTML that is at hand, or made from it.',
    )
  })

  test('one that never answers is given a second', async () => {
    let signal: AbortSignal | undefined
    const shop = await busy((request) => {
      signal = request.signal
      return new Promise<string>(() => {})
    })
    const visit = shop.get('/a', PEOPLE)
    await shop.clock.advanceAsync(1_000)
    expect((await seen(await visit)).slice(0, 2)).toEqual([503, 'Service Unavailable\n'])
    expect(String(signal?.reason)).toContain('bytes within 1000 ms, got "nothing"')
    expect(signal?.aborted).toBe(true)
  })
})

describe('errors of renders (R71, R72)', () => {
  const opened = (fallback: FallbackOptions['shell'] | FallbackOptions = shell): Shop =>
    openShop({ admission: { fallback } })

  test.each([500, 502, 504])('%d of a render keeps its status and gets the shell', async (status) => {
    const page = await opened().render('/a', html('down', { 'set-cookie': 'a=1', 'x-app': '1' }, status), PEOPLE)
    expect(await seen(page)).toEqual([status, SHELL, 'no-store', undefined, 'noindex'])
    expect([field(page, 'set-cookie'), field(page, 'x-app')]).toEqual([undefined, undefined])
    expect(cacheStatus(page)['detail']).toBe(`status-${status}`)
  })

  test('what is thrown is a 500, told to the log once, however many wait', async () => {
    const shop = opened()
    const crowd = times(5, () => shop.get('/a', PEOPLE))
    await settled()
    await shop.renders.last.throws(new Error('down'))
    for (const [i, page] of (await Promise.all(crowd)).entries()) {
      expect((await seen(page)).slice(0, 2)).toEqual([500, SHELL])
      expect(cacheStatus(page)).toEqual({ fwd: 'miss', detail: 'thrown', ...(i > 0 && { collapsed: true }) })
    }
    expect(shop.logged.filter(([level]) => level === 'error')).toHaveLength(1)
    expect(shop.logged.at(-1)?.[2]).toMatchObject({ route: '*', url: 'https://shop.example/a' })
    expect(shop.told.filter(([name]) => name === 'failure')).toHaveLength(1)
  })

  test('what is thrown with a status of its own keeps it', async () => {
    const shop = opened()
    const visit = shop.get('/a', PEOPLE)
    await settled()
    await shop.renders.last.throws(Object.assign(new Error('down'), { status: 502 }))
    expect((await visit).status).toBe(502)
  })

  test.each([
    [500, 'Internal Server Error\n'],
    [520, 'Error\n'],
  ])('where the shell fails, too, %d is told in a word, whether or not it has a name', async (status, text) => {
    const shop = openShop({ admission: { fallback: () => '' } })
    const visit = shop.get('/a', PEOPLE)
    await settled()
    await shop.renders.last.throws(Object.assign(new Error('down'), { status }))
    const page = await visit
    expect([page.status, await page.text(), field(page, 'retry-after')]).toEqual([status, text, undefined])
  })

  test.each([404, 403, 429])('a %d that is thrown is the app’s own answer', async (status) => {
    const shop = opened()
    const visit = shop.get('/a', PEOPLE)
    await settled()
    const error = Object.assign(new Error('no'), { status })
    await shop.renders.last.throws(error)
    await expect(visit).rejects.toBe(error)
  })

  test.each([
    ['JSON', html('{"error":1}', { 'content-type': 'application/json' }, 500)],
    ['a problem document', html('{}', { 'content-type': 'application/problem+json; charset=utf-8' }, 502)],
    ['an app’s own 503', html('<p>back at noon', {}, 503)],
  ])('%s passes untouched (R72)', async (_, response) => {
    const page = await opened().render('/a', response, PEOPLE)
    const { status, body } = response as { status: number; body: string } // as `html` makes it
    expect([page.status, await page.text()]).toEqual([status, body])
  })

  test('who did not ask for HTML is given the error as it came', async () => {
    const page = await opened().render('/a', html('down', {}, 502))
    expect([page.status, await page.text()]).toEqual([502, 'down'])
    const shop = opened()
    const visit = shop.get('/a')
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await expect(visit).rejects.toThrow('down')
  })

  test('an old page comes first (I5)', async () => {
    const shop = opened()
    await shop.render('/a', '<p>old', PEOPLE)
    shop.clock.advance(3_600_000)
    expect(await (await shop.render('/a', html('down', {}, 500), PEOPLE)).text()).toBe('<p>old')
  })

  test('with onError: false they go out as without a shell', async () => {
    const shop = opened({ shell, onError: false })
    expect(await (await shop.render('/a', html('down', {}, 502), PEOPLE)).text()).toBe('down')
    const visit = shop.get('/b', PEOPLE)
    await settled()
    await shop.renders.last.throws(new Error('down'))
    await expect(visit).rejects.toThrow('down')
  })

  test('while the cache is off, too', async () => {
    const shop = openShop({ enabled: false, admission: { fallback: shell } })
    expect((await seen(await shop.render('/a', html('down', {}, 500), PEOPLE))).slice(0, 2)).toEqual([500, SHELL])
    const visit = shop.get('/b', PEOPLE)
    await settled()
    await shop.renders.last.throws(new Error('down'))
    expect((await seen(await visit)).slice(0, 2)).toEqual([500, SHELL])
    expect(shop.logged.filter(([level]) => level === 'error')).toHaveLength(1)
  })
})

describe('where the app’s own fields decide', () => {
  test('what the cache says of itself goes out as the shell, with 504 for whom has waited in vain', async () => {
    const shop = openShop({ freshness: 'origin', admission: { timeoutMs: 1_000, fallback: shell } })
    const visit = shop.get('/a', PEOPLE)
    await settled()
    await shop.clock.advanceAsync(1_000)
    expect(await seen(await visit)).toEqual([504, SHELL, 'no-store', undefined, 'noindex'])
  })

  test('its own errors are its own word', async () => {
    const shop = openShop({ freshness: 'origin', admission: { fallback: shell } })
    expect(await (await shop.render('/a', html('down', {}, 502), PEOPLE)).text()).toBe('down')
  })
})

describe('bad options are told at the start', () => {
  const empty = join(folder, 'empty.html')
  writeFileSync(empty, ' \n')

  test.each<[string, unknown, RegExp]>([
    [
      'a file that is missing',
      join(folder, 'none.html'),
      /"admission.fallback" must be a file that can be read \(ENOENT.*none\.html.* Build the client first\./,
    ],
    [
      'a file that is empty',
      { shell: empty },
      /must be a file that holds HTML, and it is empty, got ".*empty\.html" \(string\)/,
    ],
    ['a folder', folder, /must be a file that can be read \(EISDIR/],
    ['HTML in place of a file', '<!doctype html>', /Write \(\) => html for HTML that is at hand\.$/],
    ['a URL of the web', new URL('https://shop.example/shell.html'), /must be a file that can be read/],
    ['no shell', {}, /"admission.fallback.shell" must be the path or file: URL of a file of HTML, or a function/],
    ['a number', 42, /"admission.fallback.shell" must be .*got 42 \(number\)/],
    ['another status', { shell, status: 404 }, /"admission.fallback.status" must be 503 or 200, got 404 \(number\)/],
    [
      'a time with a unit',
      { shell, retryAfter: '1m' },
      /"admission.fallback.retryAfter" must be seconds >= 1, got "1m" \(string\)\. Write 60\./,
    ],
    [
      'a name that is none',
      { shell, retryafter: 1 },
      /"admission.fallback.retryafter" must be left out.*Write retryAfter\./,
    ],
  ])('%s', (_, fallback, message) => {
    expect(() => createRenderCache({ admission: { fallback: fallback as never } })).toThrow(message)
  })
})
