import { AsyncLocalStorage } from 'node:async_hooks'
import { createRenderCache, type HandlerInput, type Page, pageContext, type RenderCache } from '@ssr-cache/core'
import { fakeClock } from '@ssr-cache/core/testing'
import { describe, expect, test } from 'vitest'
import { headerListMissing, KNOWN_HEADERS, listedHeaders } from '../../../../test-utils/header-names.ts'
import { Markers } from '../../../../test-utils/markers.ts'
import { reachableText } from '../../../../test-utils/reachable-text.ts'
import { cacheStatus, ORIGIN } from './harness.ts'

/** What code above the cache keeps for the visitor of the moment. */
const visitors = new AsyncLocalStorage<unknown>()

/** Prints whatever it can reach, and puts what it finds of markers into header fields too. */
function echo(input: HandlerInput): Response {
  const all = reachableText(input, pageContext(), visitors.getStore())
  const found = all.match(/leak\d+x/gi)?.join(' ') ?? 'nothing'
  return new Response(all, { headers: { 'content-type': 'text/html', 'x-echo': found } })
}

function openCache(): RenderCache {
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  return createRenderCache({ clock: fakeClock(), logger })
}

const whole = async (page: Page): Promise<string> => `${page.fields.flat().join('\n')}\n${await page.text()}`

/** The ways by which something of the first visitor reached two who came with nothing. Fails where the second of them found no page kept for all. */
async function leaksOf(cache: RenderCache, url: string, markers: Markers): Promise<readonly string[]> {
  const next = await cache.handle(new Request(url), echo)
  const last = await cache.handle(new Request(url), echo)
  expect(cacheStatus(last)).toMatchObject({ hit: true })
  return markers.found((await whole(next)) + (await whole(last)))
}

/** The ways by which something of a first visitor reached the next, and whether the first was answered with a page for all. */
async function visit(
  cache: RenderCache,
  url: string,
  headers: Iterable<readonly [string, string]>,
  markers: Markers,
): Promise<{ readonly shared: boolean; readonly leaks: readonly string[] }> {
  const page = await cache.handle({ url, headers }, echo)
  const shared = cacheStatus(page)['fwd'] === 'uri-miss'
  const own = shared ? markers.found(await whole(page)) : []
  return { shared, leaks: [...own, ...(await leaksOf(cache, url, markers))] }
}

type Form = (marker: string, name: string) => readonly (readonly [string, string])[]

/** Names that leak, and names whose visitor was refused or answered alone; each is sent alone. */
async function probe(names: readonly string[], form: Form): Promise<{ leaks: string[]; alone: string[] }> {
  const cache = openCache()
  const found: { leaks: string[]; alone: string[] } = { leaks: [], alone: [] }
  for (const [at, name] of names.entries()) {
    const markers = new Markers()
    const { shared, leaks } = await visit(cache, `${ORIGIN}/page-${at}`, form(markers.mark(name), name), markers)
    found.leaks.push(...leaks)
    if (!shared) found.alone.push(name)
  }
  return found
}

describe('a handler that prints all that it can reach prints nothing of a visitor (P1, I3)', () => {
  const FORMS: readonly (readonly [what: string, form: Form])[] = [
    ['one value', (marker, name) => [[name, marker]]],
    [
      'two lines',
      (marker, name) => [
        [name, marker],
        [name, `${marker}, ${marker}`],
      ],
    ],
    [
      'an empty line before it',
      (marker, name) => [
        [name, ''],
        [name, marker],
      ],
    ],
    ['a very long value', (marker, name) => [[name, `${marker} ${'x'.repeat(100_000)} ${marker}`]]],
    ['a value beyond ASCII', (marker, name) => [[name, `\u00e9${marker}\u00ff`]]],
    ['letter case of its own', (marker, name) => [[name.toUpperCase(), `\t${marker} `]]],
    ['no value, but a name of its own', (marker, name) => [[`${name}-${marker}`, '']]],
  ]

  test.each(FORMS)('of the header fields that are known best, with %s (P1, R68, R69)', async (_, form) => {
    const { leaks, alone } = await probe(KNOWN_HEADERS, form)
    expect(leaks).toEqual([])
    expect(['accept', 'authorization']).toEqual(expect.arrayContaining(alone))
  })

  test.skipIf(headerListMissing)(
    'of a thousand header fields (P1, R68, R69; needs the list of names)',
    async () => {
      const names = listedHeaders()
      expect(names.length).toBeGreaterThan(1_100)
      const { leaks, alone } = await probe(names, (marker, name) => [[name, marker]])
      expect(leaks).toEqual([])
      // Each of these makes a request that is answered alone.
      expect(alone).toEqual([
        'accept',
        'authorization',
        'content-length',
        'transfer-encoding',
        'upgrade',
        'x-http-method',
        'x-http-method-override',
        'x-method-override',
      ])
    },
    60_000,
  )

  test('of anything else that a Request brings (P1, A10)', async () => {
    const markers = new Markers()
    const cache = openCache()
    const url = `${ORIGIN}/`
    const page = await visitors.run({ user: markers.mark('AsyncLocalStorage') }, () =>
      cache.handle(laden(url, markers), echo),
    )
    expect(cacheStatus(page)).toMatchObject({ fwd: 'uri-miss' })
    expect(markers.found(await whole(page))).toEqual([])
    expect(await leaksOf(cache, url, markers)).toEqual([])
  })

  test('while whoever is answered alone gets it all printed: the handler does reach it (P1)', async () => {
    const markers = new Markers()
    const cache = openCache()
    const request = laden(`${ORIGIN}/`, markers)
    for (const name of KNOWN_HEADERS) request.headers.append(name, markers.mark(name))
    request.headers.append('cookie', 'connect.sid=1')
    const printed = await visitors.run({ user: markers.mark('AsyncLocalStorage') }, async () =>
      markers.found(await whole(await cache.handle(request, echo))),
    )
    expect(markers.ways.filter((way) => !printed.includes(way))).toEqual([])
    expect(await leaksOf(cache, `${ORIGIN}/`, markers)).toEqual([])
  })
})

/** A request with a marker in all that a Request can hold, and in what a framework may hang onto it. */
function laden(url: string, markers: Markers): Request {
  const request = new Request(`${url}#${markers.mark('fragment')}`, {
    headers: { 'user-agent': markers.mark('user-agent'), cookie: `plain=${markers.mark('cookie')}` },
    referrer: `${ORIGIN}/${markers.mark('referrer')}`,
    integrity: markers.mark('integrity'),
  })
  Object.assign(request.signal, { user: markers.mark('signal') })
  Object.assign(request, {
    user: { name: markers.mark('user'), [markers.mark('a name in user')]: new Map([[1, markers.mark('a map')]]) },
    cf: { country: markers.mark('cf') },
    [Symbol('session')]: markers.mark('symbol'),
  })
  Object.defineProperty(request, 'hidden', { value: markers.mark('not enumerable') })
  Object.defineProperty(request, 'asked', { get: () => markers.mark('a getter') })
  return request
}
