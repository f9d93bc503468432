import { expect, test } from 'vitest'
import type { RunningExample } from './example-copy.ts'

const SECRET = 'a secret of the test'

/** The environment in which the price hook of an example stands open to this test. */
export const teaShopEnv: Readonly<Record<string, string>> = { HOOK_SECRET: SECRET }

/** What the small tea shop does in every recipe that serves it, whatever renders it. */
export function testTeaShop(shop: () => RunningExample): void {
  test('a page is rendered once, and its bytes are served again (R1, R11, I10)', async () => {
    const [first, second] = [await shop().ask('/'), await shop().ask('/')]
    expect(first.cacheStatus).toMatch(/^ssr-cache; fwd=uri-miss; stored; ttl=(?:60|5\d)$/)
    expect(second.cacheStatus).toMatch(/^ssr-cache; hit; ttl=\d+$/)
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=0, s-maxage=(?:60|5\d), stale-if-error=86400$/)
    expect(first.text).toContain('€ 9.90')
    expect(second.text).toBe(first.text)
  })

  test('a page says from inside of its render how long it lives (R61)', async () => {
    const page = await shop().ask('/teas/gyokuro')
    expect(page.headers.get('cache-control')).toMatch(
      /^public, max-age=0, s-maxage=(?:300|2\d\d), stale-if-error=86400$/,
    )
  })

  test('a page that is not there is kept for ten seconds (R64)', async () => {
    const page = await shop().ask('/teas/coffee')
    expect(page.status).toBe(404)
    expect(page.headers.get('cache-control')).toMatch(/^public, max-age=0, s-maxage=(?:10|\d)$/)
  })

  test('a change of price makes each page that shows it stale, and the visit after is given the new one (R20, R21, R32)', async () => {
    const paths = ['/?before', '/teas/assam']
    for (const path of paths) expect((await shop().ask(path)).text).toContain('€ 4.50')
    const other = await shop().ask('/teas/keemun')
    expect((await changePrice(shop(), 'assam', 475)).status).toBe(204)

    for (const path of paths) {
      const stale = await shop().ask(path)
      expect(stale.cacheStatus).toMatch(/hit; ttl=-?\d+; detail=refreshing/)
      expect(stale.text).toContain('€ 4.50')
      await expect.poll(async () => (await shop().ask(path)).text, { timeout: 10_000 }).toContain('€ 4.75')
      expect((await shop().ask(path)).cacheStatus).toMatch(/hit; ttl=[1-9]/)
    }
    expect(other.cacheStatus).toContain('stored')
    expect((await shop().ask('/teas/keemun')).cacheStatus).toMatch(/hit; ttl=[1-9]/)
  })

  test('nobody changes a price without the secret, or to what is no price (I11)', async () => {
    expect((await changePrice(shop(), 'keemun', 1, 'guessed')).status).toBe(401)
    expect((await changePrice(shop(), 'keemun', -1)).status).toBe(400)
    expect((await changePrice(shop(), 'coffee', 1)).status).toBe(404)
    expect((await shop().ask('/teas/keemun')).text).toContain('€ 6.20')
  })

  test('an account is its visitor’s alone, who shares all other pages with everybody (I4, R52)', async () => {
    const cookie = await signIn(shop(), 'Ada')
    const [own, foreign] = [await shop().ask('/account', { headers: { cookie } }), await shop().ask('/account')]
    expect(own.text).toContain('Hello, Ada')
    expect(own.headers.get('cache-control')).toBe('private, no-store')
    expect(own.cacheStatus).toBe('ssr-cache; fwd=bypass; detail=route')
    expect(foreign.text).not.toContain('Ada')

    await shop().ask('/teas/gyokuro')
    expect((await shop().ask('/teas/gyokuro', { headers: { cookie } })).cacheStatus).toContain('hit')
  })
}

function changePrice(shop: RunningExample, slug: string, cents: number, secret: string = SECRET) {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
  return shop.ask(`/api/teas/${slug}/price`, { method: 'PUT', headers, body: JSON.stringify({ cents }) })
}

async function signIn(shop: RunningExample, name: string): Promise<string> {
  const { headers } = await shop.ask('/account', { method: 'POST', body: new URLSearchParams({ name }) })
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
