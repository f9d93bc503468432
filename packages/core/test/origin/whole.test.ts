import { describe, expect, test } from 'vitest'
import type { RequestHeaders } from '../../src/request.ts'
import { dateAt, type FieldsByName, fieldsOf, NOW } from './exchanges.ts'
import { type AppRequest, asking, NaiveCache, type Out, type Said } from './naive-cache.ts'

/** An app that answers in turn, and says the last again; what it was asked is noted. */
class App {
  readonly asked: AppRequest[] = []
  readonly #answers: readonly Said[]

  constructor(...answers: readonly Said[]) {
    this.#answers = answers
  }

  readonly answer = (request: AppRequest): Said => {
    this.asked.push(request)
    return this.#answers[Math.min(this.asked.length, this.#answers.length) - 1] ?? 'lost'
  }
}

const says = (fields: FieldsByName, body = '', status = 200): Said => ({ status, fields: fieldsOf(fields), body })
const CC = (value: string): FieldsByName => ({ 'cache-control': value })
const lines = (out: Out, name: string): readonly string[] =>
  out.fields.filter(([each]) => each === name).map(([, value]) => value)

type Options = Omit<ConstructorParameters<typeof NaiveCache>[1], 'now'>

/** A cache in front of an app, and what it gives so many seconds after the start. */
function before(
  app: App,
  o: Options = {},
): (seconds: number, target?: string, headers?: RequestHeaders, method?: string) => Out {
  const cache = new NaiveCache(app.answer, { ...o, now: NOW })
  return (seconds, target = '/', headers = {}, method = 'GET') => {
    cache.now = NOW + seconds * 1000
    return cache.ask(asking(target, headers, method))
  }
}

describe('Serving stale, from request to request', () => {
  test('within the window the stored one at once and one refresh behind it, whose 200 the next request sees (Must)', () => {
    const app = new App(says(CC('max-age=10, stale-while-revalidate=60'), 'one'), says(CC('max-age=10'), 'two'))
    const at = before(app)
    expect(at(0)).toMatchObject({ body: 'one', asked: true })
    expect(at(11)).toMatchObject({ body: 'one', asked: false })
    expect(app.asked).toHaveLength(2)
    expect(at(12)).toMatchObject({ body: 'two', asked: false })
    expect(app.asked).toHaveLength(2)
  })

  test('or whose 304 the next request sees (Must)', () => {
    const app = new App(
      says({ ...CC('max-age=10, stale-while-revalidate=60'), etag: '"a"' }, 'one'),
      says({ etag: '"a"', 'x-new': '1' }, '', 304),
    )
    const at = before(app)
    at(0)
    expect(lines(at(11), 'x-new')).toEqual([])
    const next = at(12)
    expect(next).toMatchObject({ status: 200, body: 'one', asked: false })
    expect(lines(next, 'x-new')).toEqual(['1'])
    expect(lines(next, 'age')).toEqual(['1'])
  })

  test('past the window no stale answer (Must)', () => {
    const at = before(new App(says(CC('max-age=10, stale-while-revalidate=60'), 'one'), says(CC('max-age=10'), 'two')))
    at(0)
    expect(at(70)).toMatchObject({ body: 'two', asked: true })
  })

  test.each<[string, string, number]>([
    ['must-revalidate', 'max-age=10, must-revalidate', 504],
    ['proxy-revalidate', 'max-age=10, proxy-revalidate', 504],
    ['no-cache', 'no-cache', 504],
    ['s-maxage', 's-maxage=10', 504],
    ['nothing that forbids it', 'max-age=10', 200],
    ['s-maxage and an explicit stale directive', 's-maxage=10, stale-if-error=600', 200],
  ])('when the connection drops: %s (Must)', (_, directives, status) => {
    const app = new App(says({ ...CC(directives), etag: '"a"' }, 'one'), 'lost')
    const at = before(app, { settings: { staleOnDisconnect: 600 } })
    at(0)
    expect(at(11)).toMatchObject({ status, body: status === 200 ? 'one' : '' })
  })

  test('when the app fails: its 5xx, or what is stored where a window is open, and it is never lost (Must, I5)', () => {
    const app = new App(
      says({ ...CC('max-age=10, stale-if-error=20'), etag: '"a"' }, 'one'),
      says(CC('max-age=99'), 'down', 503),
    )
    const at = before(app)
    at(0)
    expect(at(29)).toMatchObject({ status: 200, body: 'one', asked: true })
    expect(at(30)).toMatchObject({ status: 503, body: 'down' })
    expect(app.asked.at(-1)?.headers['if-none-match']).toBe('"a"')
  })
})

describe('Conditional requests, from request to request', () => {
  test('a 304 to our validation answers the visitor with the stored body, and extends freshness (Must)', () => {
    const app = new App(says({ ...CC('max-age=10'), etag: '"a"' }, 'one'), says({ etag: '"a"' }, '', 304))
    const at = before(app)
    at(0)
    expect(at(10, '/', { foo: '1' })).toMatchObject({ status: 200, body: 'one', asked: true })
    expect(app.asked[1]?.headers).toMatchObject({ 'if-none-match': '"a"', foo: '1' })
    expect(at(19)).toMatchObject({ body: 'one', asked: false })
    expect(at(20)).toMatchObject({ asked: true })
  })

  test('a visitor who has the page is answered 304 after a validation, with its ETag (Must)', () => {
    const app = new App(says({ ...CC('max-age=10'), etag: '"a"' }, 'one'), says({ etag: '"a"' }, '', 304))
    const at = before(app)
    at(0)
    const out = at(10, '/', { 'if-none-match': '"x", "a"' })
    expect(out).toMatchObject({ status: 304, body: '' })
    expect(lines(out, 'etag')).toEqual(['"a"'])
    expect(app.asked[1]?.headers['if-none-match']).toBe('"a"')
  })

  test('a 200 to our validation replaces the stored response (Must)', () => {
    const at = before(
      new App(says({ ...CC('max-age=10'), etag: '"a"' }, 'one'), says({ ...CC('max-age=10'), etag: '"b"' }, 'two')),
    )
    at(0)
    expect(at(10)).toMatchObject({ body: 'two', asked: true })
    const out = at(11)
    expect(out).toMatchObject({ body: 'two', asked: false })
    expect(lines(out, 'etag')).toEqual(['"b"'])
  })

  test('a 304 about something else is asked again, without conditions', () => {
    const app = new App(
      says({ ...CC('max-age=10'), etag: '"a"' }, 'one'),
      says({ etag: '"z"' }, '', 304),
      says(CC('max-age=10'), 'two'),
    )
    const at = before(app)
    at(0)
    expect(at(10)).toMatchObject({ status: 200, body: 'two' })
    expect(app.asked[2]?.headers).toEqual({})
  })

  test('a 304 that forbids storing answers its visitor, and the page is gone', () => {
    const app = new App(
      says({ ...CC('max-age=10'), etag: '"a"' }, 'one'),
      says({ etag: '"a"', ...CC('no-store') }, '', 304),
      says(CC('no-store'), 'two'),
    )
    const at = before(app)
    at(0)
    expect(at(10)).toMatchObject({ status: 200, body: 'one' })
    expect(at(11)).toMatchObject({ body: 'two', asked: true })
  })

  test('a condition or range for what is not stored goes on as it came, and its 304 or 206 is not stored', () => {
    const app = new App(
      says({ ...CC('max-age=10'), etag: '"a"' }, '', 304),
      says(CC('max-age=10'), 'o', 206),
      says(CC('max-age=10'), 'one'),
    )
    const at = before(app)
    expect(at(0, '/', { 'if-none-match': '"a"' })).toMatchObject({ status: 304 })
    expect(app.asked[0]?.headers['if-none-match']).toBe('"a"')
    expect(at(1, '/', { range: 'bytes=0-0' })).toMatchObject({ status: 206 })
    expect(at(2)).toMatchObject({ body: 'one', asked: true })
    expect(at(3)).toMatchObject({ body: 'one', asked: false })
  })
})

describe('Vary, from request to request', () => {
  test('several variants are kept side by side (Good), and a mismatch is no reuse (Must)', () => {
    const vary = { ...CC('max-age=100'), vary: 'Accept-Language' }
    const app = new App(says(vary, 'en'), says(vary, 'de'), says(vary, 'none'), says(vary, 'fr'))
    const at = before(app)
    expect(at(0, '/', { 'accept-language': 'en' })).toMatchObject({ body: 'en', asked: true })
    expect(at(1, '/', { 'accept-language': 'de' })).toMatchObject({ body: 'de', asked: true })
    expect(at(2)).toMatchObject({ body: 'none', asked: true })
    expect(at(3, '/', { 'accept-language': 'EN' })).toMatchObject({ body: 'en', asked: false })
    expect(at(4, '/', { 'accept-language': 'de', other: '1' })).toMatchObject({ body: 'de', asked: false })
    expect(at(5)).toMatchObject({ body: 'none', asked: false })
    expect(at(6, '/', { 'accept-language': 'fr' })).toMatchObject({ body: 'fr', asked: true })
  })

  test('a response that names one field more tells all of them apart', () => {
    const app = new App(
      says({ ...CC('max-age=100'), vary: 'Foo' }, 'one'),
      says({ ...CC('max-age=100'), vary: 'Foo, Bar' }, 'two'),
      says({ ...CC('max-age=100'), vary: 'Foo, Bar' }, 'three'),
    )
    const at = before(app)
    at(0, '/', { foo: '1', bar: '1' })
    expect(at(1, '/', { foo: '2', bar: '1' })).toMatchObject({ body: 'two' })
    expect(at(2, '/', { foo: '2', bar: '2' })).toMatchObject({ body: 'three', asked: true })
    expect(at(3, '/', { foo: '2', bar: '1' })).toMatchObject({ body: 'two', asked: false })
  })
})

describe('Methods and invalidation, from request to request', () => {
  const PAGE = says(CC('max-age=100'), 'one')

  test.each<[string, string, number, FieldsByName, boolean]>([
    ['POST', 'POST', 200, {}, true],
    ['PUT', 'PUT', 204, {}, true],
    ['DELETE', 'DELETE', 200, {}, true],
    ['an unknown method', 'FOO', 200, {}, true],
    ['a redirect after POST', 'POST', 303, {}, true],
    ['a POST that failed (Good)', 'POST', 500, {}, false],
    ['a POST that was refused (Good)', 'POST', 403, {}, false],
    ['OPTIONS', 'OPTIONS', 200, {}, false],
  ])('%s: the URL is dropped is %5$s (Must)', (_, method, status, fields, isDropped) => {
    const app = new App(PAGE, says(fields, '', status), says(CC('max-age=100'), 'two'))
    const at = before(app)
    at(0)
    expect(at(1, '/', {}, method)).toMatchObject({ status, asked: true })
    expect(at(2)).toMatchObject({ body: isDropped ? 'two' : 'one', asked: isDropped })
  })

  test('same-origin Location and Content-Location are dropped with it (Good), in all their variants', () => {
    const page = says({ ...CC('max-age=100'), vary: 'foo' }, 'old')
    const app = new App(
      page,
      page,
      page,
      says({ location: '/a', 'content-location': 'https://shop.example/b' }, '', 201),
      says({}, 'new'),
    )
    const at = before(app)
    at(0, '/a', { foo: '1' })
    at(0, '/a', { foo: '2' })
    at(0, '/b')
    at(1, '/form', {}, 'POST')
    for (const [target, foo] of [
      ['/a', '1'],
      ['/a', '2'],
      ['/b', undefined],
    ] as const) {
      expect(at(2, target, { foo })).toMatchObject({ body: 'new', asked: true })
    }
  })

  test('GET and HEAD never invalidate, and HEAD is answered from what GET has stored (Must)', () => {
    const app = new App(PAGE)
    const at = before(app)
    at(0)
    expect(at(1, '/', {}, 'HEAD')).toMatchObject({ status: 200, body: '', asked: false })
    expect(at(2)).toMatchObject({ body: 'one', asked: false })
    expect(app.asked).toHaveLength(1)
  })

  test('HEAD freshens a page that has gone stale, or outdates it (Good)', () => {
    const tagged = (tag: string): FieldsByName => ({ ...CC('max-age=10'), etag: tag })
    const same = before(new App(says(tagged('"a"'), 'one'), says(tagged('"a"'))))
    same(0)
    expect(same(11, '/', {}, 'HEAD')).toMatchObject({ asked: true })
    expect(same(12)).toMatchObject({ body: 'one', asked: false })
    const other = before(new App(says(tagged('"a"'), 'one'), says(tagged('"b"')), says(tagged('"b"'), 'two')))
    other(0)
    other(11, '/', {}, 'HEAD')
    expect(other(12)).toMatchObject({ body: 'two', asked: true })
  })

  test('a HEAD never fills', () => {
    const at = before(new App(says(CC('max-age=100')), says(CC('max-age=100'), 'one')))
    at(0, '/', {}, 'HEAD')
    expect(at(1)).toMatchObject({ body: 'one', asked: true })
  })
})

describe('Other rows, from request to request', () => {
  test('Age is generated and added to a received one, and Date is untouched (Must)', () => {
    const at = before(new App(says({ ...CC('max-age=100'), age: '5', date: dateAt(0) }, 'one')))
    expect(lines(at(0), 'age')).toEqual(['5'])
    const later = at(7)
    expect(lines(later, 'age')).toEqual(['12'])
    expect(lines(later, 'date')).toEqual([dateAt(0)])
  })

  test('the query is part of the key (Must)', () => {
    const app = new App(says(CC('max-age=100'), 'one'))
    const at = before(app)
    at(0, '/?a=1')
    expect(at(1, '/?a=2')).toMatchObject({ asked: true })
    expect(at(1, '/?a=1')).toMatchObject({ asked: false })
  })

  test('an answer to credentials is not reused unless it says that it may be (Must)', () => {
    const own = before(new App(says(CC('max-age=100'), 'mine')))
    own(0, '/', { authorization: 'Basic x' })
    expect(own(1)).toMatchObject({ asked: true })
    const shared = before(new App(says(CC('max-age=100, public'), 'ours')))
    shared(0, '/', { authorization: 'Basic x' })
    expect(shared(1)).toMatchObject({ body: 'ours', asked: false })
  })

  test('only-if-cached is 504 for what is not there, where request directives are honoured (Good)', () => {
    const asked = { 'cache-control': 'only-if-cached' }
    expect(before(new App(says({})), { heeds: true })(0, '/', asked)).toMatchObject({ status: 504, asked: false })
    expect(before(new App(says({})))(0, '/', asked)).toMatchObject({ status: 200, asked: true })
  })
})
