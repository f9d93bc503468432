import cors from 'cors'
import { expect } from 'vitest'
import { isHit } from '../versions.ts'
import { arranged, isPublic, PAGE } from './arrangement.ts'
import { prove } from './prove.ts'

const A = 'https://a.example'
const B = 'https://b.example'
const ALLOWED = 'access-control-allow-origin'

const several = () => cors({ origin: [A, B], credentials: true })

prove('cors', {
  async above(express) {
    // So that the page has a Vary of its own.
    const options = { key: { cookies: ['currency'] }, downstream: { cdnKeys: ['currency'] } }
    await using shop = await arranged(express, { above: [several()], options })
    const asked = [A, B, 'https://evil.example', undefined]
    await shop.get('/', { origin: A })
    for (const origin of asked) {
      const hit = await shop.get('/', origin === undefined ? {} : { origin })
      const isAllowed = origin === A || origin === B
      expect([isHit(hit), isPublic(hit), hit.text]).toEqual([true, true, PAGE])
      expect([hit.headers[ALLOWED], hit.headers.vary]).toEqual([
        isAllowed ? origin : undefined,
        'origin, accept-encoding, cookie',
      ])
    }
    const known = await shop.get('/', { origin: B, 'if-none-match': '*' })
    expect([known.status, known.headers[ALLOWED], known.headers.vary]).toEqual([
      304,
      B,
      'origin, accept-encoding, cookie',
    ])
    await expectPreflight(shop)
  },

  async inside(express) {
    await using shop = await arranged(express, { inside: [several()] })
    const miss = await shop.get('/', { origin: A })
    const same = await shop.get('/', { origin: A })
    const other = await shop.get('/', { origin: B })
    expect([miss, same, other].map(isHit)).toEqual([false, true, true])
    for (const { headers } of [miss, same, other]) {
      expect([headers[ALLOWED], headers.vary]).toEqual([undefined, 'origin, accept-encoding'])
    }
    await expectPreflight(shop)

    // With both, the page has no origin of its own that could stand before the visitor's.
    await using mended = await arranged(express, { above: [several()], inside: [several()] })
    await mended.get('/', { origin: A })
    const hit = await mended.get('/', { origin: B })
    expect([isHit(hit), hit.headers[ALLOWED], hit.headers.vary]).toEqual([true, B, 'origin, accept-encoding'])
  },

  async fixed(express) {
    for (const origin of ['*', A]) {
      await using shop = await arranged(express, { inside: [cors({ origin })] })
      const miss = await shop.get('/', { origin: B })
      const hit = await shop.get('/', { origin: A })
      expect([isHit(miss), isHit(hit), isPublic(hit)]).toEqual([false, true, true])
      expect([miss.headers[ALLOWED], hit.headers[ALLOWED]]).toEqual([origin, origin])
    }
  },
})

/** A preflight is answered for its own origin, and its 204 is not kept as the page. */
async function expectPreflight(shop: Awaited<ReturnType<typeof arranged>>): Promise<void> {
  const asked = { origin: B, 'access-control-request-method': 'GET' }
  const preflight = await shop.ask('/new', { method: 'OPTIONS', headers: { accept: 'text/html', ...asked } })
  expect([preflight.status, preflight.headers[ALLOWED]]).toEqual([204, B])
  const page = await shop.get('/new')
  expect([page.status, page.text, isHit(page)]).toEqual([200, PAGE, false])
}
