import type { RenderCache } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { headerListMissing, KNOWN_HEADERS, listedHeaders } from '../header-names.ts'
import { html } from '../http-suite/app.ts'
import { type Front, openFront } from '../http-suite/front.ts'
import { Markers } from '../markers.ts'
import type { Site } from '../serve.ts'
import { type Form, isShared, leaksOf, Probe, sendRaw } from './first-visitor.ts'

/** One way to put the cache in front of an app whose every page is an `echo` of all that its renderer is given. */
export type EchoWay = (cache: RenderCache) => Promise<Site>

const FORMS: readonly (readonly [what: string, form: Form, atOnce: number])[] = [
  ['one value', (marker, name) => [`${name}: ${marker}`], 100],
  ['two lines', (marker, name) => [`${name}: ${marker}`, `${name}: ${marker}, ${marker}`], 50],
  ['a very long value', (marker, name) => [`${name}: ${marker} ${'x'.repeat(9_000)} ${marker}`], 1],
  ['a value beyond ASCII', (marker, name) => [`${name}: \u00e9${marker}\u00ff`], 100],
  ['a quoted value with delimiters', (marker, name) => [`${name}: "${marker}";q=1, <a>;b="${marker}",,`], 50],
  ['an empty line before it', (marker, name) => [`${name}:`, `${name}: ${marker}`], 50],
  ['letter case of its own', (marker, name) => [`${name.toUpperCase()}:${marker}\t`], 100],
  ['no value, but a name of its own', (marker, name) => [`${name}-${marker}:`], 100],
]

/** Each of these makes a request that is refused, or whose visitor is answered alone. */
const ALONE: readonly string[] = [
  'authorization',
  'content-length',
  'expect',
  'transfer-encoding',
  'upgrade',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]

/** A renderer that prints all that it can reach of a visitor's request prints nothing of it, whichever way the cache stands in front of it. */
export function leakSuite(name: string, way: EchoWay): void {
  const open = (): Promise<Front> => openFront(way, () => html('')) // its app is the echo

  describe(`${name}: a renderer that prints all that it can reach prints nothing of a visitor (P1, I3)`, () => {
    test.each(FORMS)(
      'of the header fields that are known best, with %s (P1, R68, R69)',
      async (_, form, atOnce) => {
        await using shop = await open()
        const probe = new Probe(shop, form)
        expect(await probe.leaks(KNOWN_HEADERS, atOnce)).toEqual([])
        expect(KNOWN_HEADERS.length - probe.alone.length).toBeGreaterThan(60)
      },
      60_000,
    )

    test.skipIf(headerListMissing)(
      'of a thousand header fields (P1, R68, R69; needs the list of names)',
      async () => {
        await using shop = await open()
        const names = listedHeaders()
        expect(names.length).toBeGreaterThan(1_100)
        const probe = new Probe(shop, (marker, name) => [`${name}: ${marker}`])
        expect(await probe.leaks(names, 200)).toEqual([])
        expect(probe.alone).toEqual(ALONE)
      },
      120_000,
    )

    test('of trailers, of the host of another, of a target that says who asks (P1, P2)', async () => {
      const markers = new Markers()
      await using shop = await open()
      const host = `${markers.mark('Host')}.example`
      const trailer = `0\r\nX-Trailer: ${markers.mark('a trailer')}\r\n\r\n`
      const answers = [
        await sendRaw(shop, '/', ['Transfer-Encoding: chunked', 'Trailer: X-Trailer'], trailer),
        (await shop.get('/', { host })).text,
        await sendRaw(shop, `/?utm_source=${markers.mark('a campaign')}&gclid=${markers.mark('a click')}`, []),
        await sendRaw(shop, `/#${markers.mark('a fragment')}`, []),
        await sendRaw(shop, `http://user:${markers.mark('a password')}@${shop.host}/`, []),
      ]
      expect(answers.slice(0, 3).map(isShared)).toEqual([false, false, true])
      expect(await leaksOf(shop, '/', markers)).toEqual([])
    })

    test('while whoever is answered alone gets it all printed: the renderer does reach it (P1)', async () => {
      const markers = new Markers()
      await using shop = await open()
      const headers = KNOWN_HEADERS.filter((each) => each !== 'cookie')
      const answer = await sendRaw(shop, '/', [
        ...headers.map((each) => `${each}: ${markers.mark(each)}`),
        `Cookie: connect.sid=1; plain=${markers.mark('cookie')}`,
      ])
      expect(answer).toContain('fwd=bypass')
      const printed = markers.found(answer)
      expect(markers.ways.filter((each) => !printed.includes(each))).toEqual([])
      expect(await leaksOf(shop, '/', markers)).toEqual([])
    })
  })
}
