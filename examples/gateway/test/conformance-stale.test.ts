import { describe, expect, test } from 'vitest'
import { ADAPTERS, gatewayBeforeScript } from './gateway-under-test.ts'
import type { Scripted } from './scripted-origin.ts'

const of = (cacheControl: string, more: Scripted = {}): Scripted => ({
  ...more,
  fields: { ...more.fields, 'cache-control': cacheControl },
})
const drop: Scripted = { drops: true }
const down = of('no-store', { status: 503, body: 'down' })

describe.each(ADAPTERS)('a stale answer on %s', (adapter) => {
  describe('within its stale-while-revalidate window (RFC 5861 3)', () => {
    test('goes out at once, and what the refresh behind it brings is what the next visitor gets', async () => {
      await using gateway = await gatewayBeforeScript([of('max-age=1, stale-while-revalidate=3600')], { adapter })
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      expect((await gateway.ask('/')).text).toBe('answer 1')
      await expect.poll(() => gateway.origin.seen.length).toBe(2)
      await expect.poll(async () => (await gateway.ask('/')).text).toBe('answer 2')
    })

    test('is validated by the refresh behind it, whose 304 makes it fresh', async () => {
      const first = of('max-age=1, stale-while-revalidate=3600', { fields: { etag: '"a"' } })
      await using gateway = await gatewayBeforeScript([first, of('max-age=600', { status: 304 })], { adapter })
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      await gateway.ask('/')
      await expect.poll(async () => (await gateway.ask('/')).headers['cache-control']).toBe('max-age=600')
      gateway.clock.advance(500_000)
      expect((await gateway.ask('/')).text).toBe('answer 1')
      expect(gateway.origin.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"'])
    })

    test('does not go out past the window', async () => {
      await using gateway = await gatewayBeforeScript([of('max-age=1, stale-while-revalidate=4')], { adapter })
      await gateway.ask('/')
      gateway.clock.advance(6_000)
      expect((await gateway.ask('/')).text).toBe('answer 2')
    })
  })

  describe('where the origin drops the connection', () => {
    test.each(['must-revalidate', 'proxy-revalidate', 'no-cache', 's-maxage=2'])(
      'does not go out under %s: the visitor gets a 502, and no reset',
      async (directive) => {
        await using gateway = await gatewayBeforeScript([of(`max-age=2, ${directive}`), drop], { adapter })
        await gateway.ask('/')
        gateway.clock.advance(3_000)
        const reply = await gateway.ask('/')
        expect([reply.status, reply.cutOff]).toEqual([502, false])
      },
    )

    test.each(['max-age=2', 'max-age=2, stale-if-error=60', 's-maxage=2, stale-if-error=60'])(
      'goes out under %s',
      async (cacheControl) => {
        await using gateway = await gatewayBeforeScript([of(cacheControl), drop], { adapter })
        await gateway.ask('/')
        gateway.clock.advance(3_000)
        const reply = await gateway.ask('/')
        expect([reply.status, reply.text, reply.headers['age']]).toEqual([200, 'answer 1', '3'])
      },
    )
  })

  describe('where the origin answers 503', () => {
    test('does not go out without a word of it', async () => {
      await using gateway = await gatewayBeforeScript([of('max-age=2'), down], { adapter })
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      expect(await gateway.ask('/')).toMatchObject({ status: 503, text: 'down' })
    })

    test('goes out under stale-if-error, as long as it says (RFC 5861 4)', async () => {
      await using gateway = await gatewayBeforeScript([of('max-age=2, stale-if-error=60'), down], { adapter })
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      expect(await gateway.ask('/')).toMatchObject({ status: 200, text: 'answer 1' })
      gateway.clock.advance(60_000)
      expect(await gateway.ask('/')).toMatchObject({ status: 503, text: 'down' })
    })
  })
})
