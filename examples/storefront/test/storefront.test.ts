import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ssrCache } from '../../../test-utils/command.ts'
import { renderedBy, ShopProcess } from './shop-process.ts'

const START_MS = 60_000
const SECRET = 'a-secret-of-some-length'
let shop: ShopProcess

async function page(path: string, headers?: Readonly<Record<string, string>>) {
  const response = await shop.get(path, headers)
  const html = await response.text()
  return {
    status: response.status,
    cacheStatus: response.headers.get('cache-status') ?? '',
    cacheControl: response.headers.get('cache-control') ?? '',
    html,
    rendered: renderedBy(html),
  }
}

/** Asks until the page is another render than `old`: the refresh runs while the old page is served. */
async function nextRender(path: string, old: string): ReturnType<typeof page> {
  for (;;) {
    const now = await page(path)
    if (now.rendered !== old) return now
    await setTimeout(20)
  }
}

// What has to do with the cache, and not with where React runs, is asked once.
describe.each(['main', 'worker'] as const)('--render %s', (mode) => {
  beforeAll(async () => {
    shop = await ShopProcess.start({ SSR_CACHE_SECRET: SECRET }, ['--render', mode])
  }, START_MS)
  afterAll(() => shop?.stop())

  if (mode === 'main')
    describe('the doctor', () => {
      it.each([
        ['with its secret', SECRET, /^ {2}route +\/movies\/:slug$/m],
        ['without it', '', /detail=query/],
      ])('%s is told why a preview is no hit, and by which route only with it (I12)', async (_, secret, told) => {
        const { code, stdout } = await ssrCache(['doctor', `${shop.url}/movies/memento?preview=1`], {
          SSR_CACHE_SECRET: secret,
        })
        expect(code).toBe(1)
        expect(stdout).toMatch(told)
        expect(stdout.includes('/movies/:slug')).toBe(secret === SECRET)
      })
    })

  describe('pages that everybody shares', () => {
    it.each([
      ['/', 60],
      ['/movies/memento', 300],
      ['/directors/christopher-nolan', 300],
      ['/genres/drama?page=2', 300],
      ['/search?q=nolan', 60],
    ])(
      '%s is rendered once and kept for %i seconds, which the second visitor gets less of (R2, R8)',
      async (path, maxAge) => {
        const first = await page(path)
        const second = await page(path)
        expect(first).toMatchObject({ status: 200, cacheStatus: expect.stringContaining('fwd=uri-miss; stored') })
        expect(second).toMatchObject({ status: 200, cacheStatus: expect.stringContaining('hit'), html: first.html })
        const remaining = Number(/s-maxage=(\d+)/.exec(second.cacheControl)?.[1])
        expect(remaining).toBeGreaterThan(maxAge - 30)
        expect(remaining).toBeLessThanOrEqual(maxAge)
      },
    )

    it('are shared by visitors who are signed in, whose name is not on them (I3)', async () => {
      const stranger = await page('/movies/insomnia')
      const cookie = await shop.signIn('Grace')
      const signedIn = await page('/movies/insomnia', { cookie })
      expect(signedIn).toMatchObject({ cacheStatus: expect.stringContaining('hit'), rendered: stranger.rendered })
    })

    it('are one page for every campaign that leads to them (R66)', async () => {
      const plain = await page('/movies/following')
      expect((await page('/movies/following?utm_source=mail&fbclid=x')).rendered).toBe(plain.rendered)
    })
  })

  describe('an edit in the back end', () => {
    it('shows on the page of the film and on every page that lists or embeds it, and nowhere else is anything rendered (R20, R21, R41)', async () => {
      const showing = ['/movies/batman-begins', '/directors/christopher-nolan', '/genres/action', '/movies/insomnia']
      const before = await Promise.all(showing.map((path) => page(path)))
      const other = await page('/movies/casablanca')
      const { id } = await filmBySlug('batman-begins')
      expect((await shop.edit(id, { title: 'Batman Begins <again> & again' })).invalidation.error).toBeUndefined()

      for (const [index, path] of showing.entries()) {
        const after = await nextRender(path, before[index]!.rendered)
        expect(after.html, path).toContain('Batman Begins &lt;again&gt; &amp; again')
      }
      expect((await page('/movies/casablanca')).rendered).toBe(other.rendered)
    })

    it('of a price is on the very next page: nobody sees the old price once more (R41)', async () => {
      const { id } = await filmBySlug('the-prestige')
      expect((await page('/movies/the-prestige')).html).toContain('$3.99')
      await shop.edit(id, { priceCents: 1234 })
      const next = await page('/movies/the-prestige')
      expect(next.html).toContain('$12.34')
      expect(next.html).not.toContain('$3.99</span></p>')
    })

    it('can end by itself: an offer is gone at its instant, with nobody’s edit (R75)', async () => {
      const { id } = await filmBySlug('memento')
      const endsAt = Date.now() + 2_500
      await shop.edit(id, { offer: { priceCents: 77, endsAt: new Date(endsAt).toISOString() } })
      const offered = await page('/movies/memento')
      expect(offered.html).toContain('$0.77')
      expect(Number(/s-maxage=(\d+)/.exec(offered.cacheControl)?.[1])).toBeLessThanOrEqual(3)
      await setTimeout(endsAt - Date.now() + 50)
      expect((await page('/movies/memento')).html).not.toContain('$0.77')
    })
  })

  describe('what belongs to one visitor', () => {
    it('is rendered for each: no session ever sees the name of another, and nothing is kept (C10, I4)', async () => {
      const names = Array.from({ length: 20 }, (_, n) => `Visitor-${n}-of-twenty`)
      const cookies = await Promise.all(names.map((name) => shop.signIn(name)))
      const pages = await Promise.all([...cookies, ...cookies].map((cookie) => page('/account', { cookie })))
      pages.forEach(({ html, cacheControl, cacheStatus }, index) => {
        expect(html.match(/Visitor-\d+-of-twenty/)?.[0]).toBe(names[index % 20])
        expect(new Set(html.match(/Visitor-\d+-of-twenty/g))).toHaveLength(1)
        expect(cacheControl).toBe('private, no-store')
        expect(cacheStatus).not.toContain('hit')
      })
    })

    it('is asked for: without a session the account page leads to the login', async () => {
      for (const headers of [{}, { cookie: 'sid=made-up' }]) {
        const response = await shop.get('/account', headers)
        expect(response.status).toBe(303)
        expect(response.headers.get('location')).toBe('/login')
        expect(response.headers.get('cache-control')).toBe('private, no-store')
      }
    })

    it('ends with the session', async () => {
      const cookie = await shop.signIn('Ada')
      await fetch(`${shop.url}/logout`, { method: 'POST', headers: { cookie }, redirect: 'manual' })
      expect((await shop.get('/account', { cookie })).status).toBe(303)
    })

    it('cannot break out of the page: a name is text', async () => {
      const { html } = await page('/account', { cookie: await shop.signIn('</script><b>"') })
      expect(html).toContain('Hello, &lt;/script&gt;&lt;b&gt;&quot;')
      expect(html).not.toContain('</script><b>')
    })

    it('needs a name, and says so', async () => {
      const response = await fetch(`${shop.url}/login`, { method: 'POST', body: new URLSearchParams({ name: ' ' }) })
      expect(response.status).toBe(422)
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(await response.text()).toContain('Please give a name')
    })
  })

  describe('what is not there', () => {
    it.each([
      '/no-such-page',
      '/movies/no-such-film',
      '/directors/nobody',
      '/genres/drama?page=999',
      '/genres/drama?page=x',
    ])('%s is a 404 that is kept for seconds only', async (path) => {
      const { status, cacheControl } = await page(path)
      expect(status).toBe(404)
      expect(cacheControl).toMatch(/^public, max-age=0, s-maxage=(9|10)$/)
    })

    it('is a shop under another name: a host that is not ours is 421 (P2)', async () => {
      // fetch sets Host itself.
      const { request } = await import('node:http')
      const status = await new Promise<number | undefined>((resolve, reject) => {
        request(`${shop.url}/`, { headers: { host: 'evil.example' } }, (response) =>
          resolve(response.resume().statusCode),
        )
          .on('error', reject)
          .end()
      })
      expect(status).toBe(421)
    })
  })

  describe('what every page needs', () => {
    it('is served from files of its own, under names that change with their content (R62)', async () => {
      const { html } = await page('/')
      const assets = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!)
      expect(assets.length).toBeGreaterThanOrEqual(2)
      for (const asset of assets) {
        expect(asset).toMatch(/-[A-Z0-9]{8}\.(js|css)$/)
        const response = await shop.get(asset)
        expect(response.status).toBe(200)
        expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      }
      expect(html).not.toMatch(/(?:href|src)="(?:https?:)?\/\//)
    })

    it('is told to whoever watches over the process: /healthz answers 200', async () => {
      const response = await shop.get('/healthz')
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
    })
  })

  if (mode === 'main')
    describe('all 3,201 films', () => {
      it('have pages: every tenth one, and all of those with odd data', async () => {
        const films = await allFilms()
        expect(films).toHaveLength(3201)
        const odd = films.filter(({ title, slug }) => /^(\d+|Untitled.*)$/.test(title) || /-\d{4}$/.test(slug))
        const chosen = [...films.filter((_, index) => index % 10 === 0), ...odd]
        const failed: string[] = []
        const visitNext = async (): Promise<void> => {
          for (let film = chosen.pop(); film !== undefined; film = chosen.pop()) {
            const { status, html } = await page(`/movies/${film.slug}`)
            if (status !== 200 || !html.includes('<h1>')) failed.push(film.slug)
          }
        }
        await Promise.all(Array.from({ length: 6 }, visitNext))
        expect(failed).toEqual([])
      }, 60_000)
    })
})

interface FilmAddress {
  readonly id: number
  readonly slug: string
  readonly title: string
}

async function allFilms(): Promise<readonly FilmAddress[]> {
  return (await fetch(`${shop.apiUrl}/api/movies`)).json()
}

async function filmBySlug(slug: string): Promise<FilmAddress> {
  return (await allFilms()).find((film) => film.slug === slug)!
}
