import { describe, expect, test } from 'vitest'
import { ADAPTERS, gatewayBeforeScript } from './gateway-under-test.ts'
import type { Scripted } from './scripted-origin.ts'

const of = (cacheControl: string, more: Scripted = {}): Scripted => ({
  ...more,
  fields: { ...more.fields, 'cache-control': cacheControl },
})
const digits = '0123456789A'

describe.each(ADAPTERS)('on %s', (adapter) => {
  const before = (...answers: readonly Scripted[]) => gatewayBeforeScript(answers, { adapter })

  describe('HEAD (RFC 9111 4.3.5)', () => {
    test('goes on to the origin where what is stored is stale, and freshens it', async () => {
      await using gateway = await before(of('max-age=1'), of('max-age=1000', { fields: { 'content-length': '8' } }))
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      const head = await gateway.ask('/', { method: 'HEAD' })
      expect([head.status, head.body.length]).toEqual([200, 0])
      expect(gateway.origin.seen.map(({ method }) => method)).toEqual(['GET', 'HEAD'])
      expect((await gateway.ask('/')).text).not.toBe('')
    })

    test('is answered from what is fresh, as its GET was', async () => {
      await using gateway = await before(of('max-age=60', { fields: { etag: '"a"', 'x-one': '1' } }))
      const get = await gateway.ask('/')
      const head = await gateway.ask('/', { method: 'HEAD' })
      expect(head.headers).toMatchObject({ etag: '"a"', 'x-one': '1', 'content-length': String(get.body.length) })
      expect(head.body).toHaveLength(0)
      expect(gateway.origin.seen).toHaveLength(1)
    })
  })

  describe('a part of what is stored whole (RFC 9110 14)', () => {
    test.each([
      ['bytes=0-1', '01'],
      ['bytes=1-', '123456789A'],
      ['bytes=-1', 'A'],
    ])('%s is a 206 with its fields', async (range, part) => {
      await using gateway = await before(of('max-age=3600', { body: digits, fields: { a: '1' } }))
      await gateway.ask('/')
      const reply = await gateway.ask('/', { headers: { range } })
      expect([reply.status, reply.text, reply.headers['a']]).toEqual([206, part, '1'])
      expect(gateway.origin.seen).toHaveLength(1)
    })

    test('beyond its end is a 416, and of another version (If-Range) the whole', async () => {
      await using gateway = await before(of('max-age=3600', { body: digits, fields: { etag: '"a"' } }))
      await gateway.ask('/')
      expect((await gateway.ask('/', { headers: { range: 'bytes=20-' } })).status).toBe(416)
      const other = await gateway.ask('/', { headers: { range: 'bytes=0-1', 'if-range': '"b"' } })
      expect([other.status, other.text]).toEqual([200, digits])
    })

    test('is asked of the origin where nothing is stored, as it was asked for, and not stored', async () => {
      const part = {
        status: 206,
        fields: { 'cache-control': 'max-age=60', 'content-range': 'bytes 6-10/11' },
        body: '6789A',
      }
      await using gateway = await before(part, of('max-age=60', { body: digits }))
      expect(await gateway.ask('/', { headers: { range: 'bytes=-5' } })).toMatchObject({ status: 206, text: '6789A' })
      expect(gateway.origin.seen[0]?.headers['range']).toBe('bytes=-5')
      expect(await gateway.ask('/')).toMatchObject({ status: 200, text: digits })
    })
  })

  describe('fields of what is stored', () => {
    test.each([
      ['max-age', { 'cache-control': 'max-age=3600' }],
      ['Expires', { expires: 'Sat, 01 Jan 2050 00:00:00 GMT' }],
    ])('go out as they came, Date too, with an Age that has grown, where %s made it fresh', async (_title, fresh) => {
      const date = new Date(Date.now() - 30_000).toUTCString()
      await using gateway = await before({ fields: { ...fresh, date, age: '30', 'x-any': 'thing' } })
      await gateway.ask('/')
      gateway.clock.advance(5_000)
      const { headers } = await gateway.ask('/')
      expect(headers).toMatchObject({ ...fresh, date, 'x-any': 'thing' })
      expect(Number(headers['age'])).toBeGreaterThanOrEqual(35)
      expect(gateway.origin.seen).toHaveLength(1)
    })

    test("of what sets a cookie are nobody else's", async () => {
      await using gateway = await before(of('max-age=3600', { fields: { 'set-cookie': 'sid=1' } }))
      await gateway.ask('/')
      expect((await gateway.ask('/')).text).toBe('answer 2')
    })
  })

  describe('a 304 to the validation of what is stale (RFC 9111 4.3.4)', () => {
    const first = of('max-age=1', { fields: { etag: '"a"', 'x-one': '1', 'x-two': '1' } })

    test('gives newer fields to what is stored, also to the next visitor, and another life', async () => {
      const again = of('max-age=600', { status: 304, fields: { etag: '"a"', 'x-two': '2' } })
      await using gateway = await before(first, again)
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      for (const _ of ['who asked', 'the next']) {
        const reply = await gateway.ask('/')
        expect([reply.status, reply.text]).toEqual([200, 'answer 1'])
        expect(reply.headers).toMatchObject({ 'x-one': '1', 'x-two': '2', 'cache-control': 'max-age=600' })
      }
      expect(gateway.origin.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"'])
    })

    test('that sets a cookie sets it for whoever asked, with what is stored, and for nobody else', async () => {
      const again = of('max-age=600', { status: 304, fields: { etag: '"a"', 'set-cookie': 'sid=1' } })
      await using gateway = await before(first, again, of('max-age=60'))
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      const mine = await gateway.ask('/')
      expect([mine.status, mine.text, mine.headers['set-cookie']]).toEqual([200, 'answer 1', ['sid=1']])
      expect((await gateway.ask('/')).headers['set-cookie']).toBeUndefined()
    })

    test('with another ETag is about something else, so the origin is asked again without conditions', async () => {
      const other = of('max-age=600', { status: 304, fields: { etag: '"b"' } })
      await using gateway = await before(first, other, of('max-age=60'))
      await gateway.ask('/')
      gateway.clock.advance(3_000)
      expect((await gateway.ask('/')).text).toBe('answer 3')
      expect(gateway.origin.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"a"', undefined])
    })
  })

  describe('Age that came with an answer (RFC 9111 5.1)', () => {
    test.each([
      ['abc', 1],
      ['-7200', 1],
      ['7200.0', 1],
      ['0, 7200', 1],
      ['0, 0', 1],
      [['0', '7200'], 1],
      [['600', '600'], 1],
      ['7200', 2],
      ['2147483647', 2],
      ['2147483649', 2],
      ['7200, 0', 2],
      [['7200', '0'], 2],
    ])('%j: a second visitor of an hour-long page gets answer %i', async (age, number) => {
      await using gateway = await before({ fields: { 'cache-control': 'max-age=3600', age } })
      await gateway.ask('/')
      expect((await gateway.ask('/')).text).toBe(`answer ${number}`)
    })
  })

  describe('no-store', () => {
    test('in a newer answer ends the one that was stored', async () => {
      await using gateway = await before(of('max-age=1'), of('no-store'), of('max-age=60'))
      await gateway.ask('/')
      gateway.clock.advance(2_000)
      expect((await gateway.ask('/')).text).toBe('answer 2')
      expect((await gateway.ask('/')).text).toBe('answer 3')
    })
  })

  describe('methods that change something (RFC 9111 4.4)', () => {
    test.each(['POST', 'PUT', 'DELETE', 'M-SEARCH'])(
      '%s ends what is stored where it did not fail, and nothing where it did',
      async (method) => {
        await using gateway = await before(of('max-age=60'), { status: 500 }, { status: 200 }, of('max-age=60'))
        await gateway.ask('/')
        expect((await gateway.ask('/', { method })).status).toBe(500)
        expect((await gateway.ask('/')).text).toBe('answer 1')
        expect((await gateway.ask('/', { method })).status).toBe(200)
        expect((await gateway.ask('/')).text).toBe('answer 4')
      },
    )

    test('a GET that wants to be another method is answered by itself, and its answer is nobody else’s (P5)', async () => {
      await using gateway = await before(of('max-age=60'), of('max-age=60'))
      expect((await gateway.ask('/', { headers: { 'x-http-method-override': 'DELETE' } })).text).toBe('answer 1')
      expect((await gateway.ask('/')).text).toBe('answer 2')
      expect(gateway.origin.seen[0]?.headers['x-http-method-override']).toBe('DELETE')
    })

    test.each(['location', 'content-location'])('also at %s', async (name) => {
      await using gateway = await before(of('max-age=60'), { fields: { [name]: '/other' } }, of('max-age=60'))
      await gateway.ask('/other')
      await gateway.ask('/', { method: 'POST' })
      expect((await gateway.ask('/other')).text).toBe('answer 3')
    })
  })

  test('two who ask at once are answered by one request to the origin', async () => {
    await using gateway = await before(of('max-age=60'))
    const replies = await Promise.all([gateway.ask('/'), gateway.ask('/'), gateway.ask('/')])
    expect(replies.map(({ text }) => text)).toEqual(['answer 1', 'answer 1', 'answer 1'])
    expect(gateway.origin.seen).toHaveLength(1)
  })

  test('what has only Last-Modified is kept a tenth of the time since then, unless told otherwise (RFC 9111 4.2.2)', async () => {
    const fields = { 'last-modified': new Date(Date.now() - 1_000_000).toUTCString() }
    await using guesses = await gatewayBeforeScript([{ fields }], { adapter })
    await guesses.ask('/')
    guesses.clock.advance(90_000)
    expect((await guesses.ask('/')).text).toBe('answer 1')
    await using asks = await gatewayBeforeScript([{ fields }], { adapter, heuristic: 0 })
    await asks.ask('/')
    expect((await asks.ask('/')).text).toBe('answer 2')
  })
})
