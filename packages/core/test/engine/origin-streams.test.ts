import { describe, expect, test } from 'vitest'
import { cacheStatus, field, settled, stateOf } from './harness.ts'
import { openOrigin } from './origin-harness.ts'
import { WrittenBody } from './written-body.ts'

const LASTING = { 'cache-control': 'max-age=60', etag: '"a"', 'x-app': 'said' }

describe('where the app’s own fields decide, what goes out while it is made', () => {
  test('goes to whoever asked first as it came; the others wait for all of it, and it is kept by its fields (RFC 9111 3)', async () => {
    const body = new WrittenBody().write('first ')
    const { shop, ask, answers } = openOrigin({}, body.page(LASTING))
    const page = await ask('/a')
    expect([field(page, 'cache-control'), field(page, 'etag'), field(page, 'x-app')]).toEqual([
      'max-age=60',
      '"a"',
      'said',
    ])
    expect(cacheStatus(page)).toEqual({ fwd: 'uri-miss', 'fwd-status': 200, detail: 'streamed' })
    const follower = ask('/a')
    expect(await stateOf(follower)).toBe('pending')
    body.end('last')
    expect(await (await follower).text()).toBe('first last')
    expect(await page.text()).toBe('first last')
    answers(new Error('nobody asks again'))
    const hit = await ask('/a')
    expect([cacheStatus(hit)['hit'], field(hit, 'x-app'), await hit.text()]).toEqual([true, 'said', 'first last'])
    expect(shop.cache.stats().routes['*']?.renders).toBe(1)
  })

  test('says how long it is as the app does, but where it was decoded on its way', async () => {
    const lengths = [{}, { 'content-encoding': 'gzip' }].map(async (encoding) => {
      const body = new WrittenBody().write('first')
      const { ask } = openOrigin({}, body.page({ ...LASTING, ...encoding, 'content-length': '9' }))
      const page = await ask('/a')
      return [field(page, 'content-length'), field(page, 'x-app')]
    })
    expect(await Promise.all(lengths)).toEqual([
      ['9', 'said'],
      [undefined, 'said'],
    ])
  })

  test.each(['first', 'shared'] as const)(
    'is read along by nobody, whatever its Vary says (stream: %s)',
    async (stream) => {
      const body = new WrittenBody().write('first ')
      const { ask } = openOrigin({ stream }, body.page({ ...LASTING, vary: 'accept-language' }))
      const page = await ask('/a', { 'accept-language': 'de' })
      expect(field(page, 'cache-control')).toBe('max-age=60')
      expect(await stateOf(ask('/a', { 'accept-language': 'de' }))).toBe('pending')
      body.end()
      await settled()
    },
  )

  test('what may not be kept goes through to its visitor, and those who waited ask for themselves (RFC 9111 3)', async () => {
    const body = new WrittenBody().write('first ')
    const headers = { 'cache-control': 'no-store' }
    const other = new WrittenBody().write('other').end()
    const { shop, asked, ask } = openOrigin({}, body.page(headers), other.page(headers))
    const leader = ask('/a')
    const follower = ask('/a')
    await settled()
    expect(await (await follower).text()).toBe('other')
    expect(asked).toHaveLength(2)
    expect(shop.cache.stats().bypasses.running).toBe(1)
    body.end('last')
    expect(await (await leader).text()).toBe('first last')
  })

  test('a break is a break, and nothing of it is kept', async () => {
    const body = new WrittenBody().write('half')
    const { ask, answers } = openOrigin({}, body.page(LASTING))
    const page = await ask('/a')
    body.break(new Error('the connection is gone'))
    await expect(page.text()).rejects.toThrow('the connection is gone')
    await settled()
    answers(new WrittenBody().write('whole').end().page(LASTING))
    expect(await (await ask('/a')).text()).toBe('whole')
  })

  test('what the app says anew of a page that could not be served goes out as it comes, too', async () => {
    const { ask, answers, after } = openOrigin({}, new WrittenBody().write('old').end().page(LASTING))
    await (await ask('/a')).text()
    await after(120)
    const body = new WrittenBody().write('new ')
    answers(body.page({ ...LASTING, etag: '"b"' }))
    const page = await ask('/a')
    expect(cacheStatus(page)).toEqual({ fwd: 'stale', 'fwd-status': 200, detail: 'streamed' })
    body.end('page')
    expect(await page.text()).toBe('new page')
  })

  test('a range of a page that nobody has is its visitor’s, as it comes (RFC 9110 14)', async () => {
    const body = new WrittenBody().write('fir')
    const { ask } = openOrigin({}, body.page({ ...LASTING, 'content-range': 'bytes 0-4/10' }, 206))
    const page = await ask('/a', { range: 'bytes=0-4' })
    body.end('st')
    expect([page.status, await page.text()]).toEqual([206, 'first'])
  })
})
