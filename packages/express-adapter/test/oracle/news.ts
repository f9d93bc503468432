import cookieSession from 'cookie-session'
import express from 'express'
import type { Answer, Edit, Reply, Site } from './site.ts'
import { searchOf, text } from './site.ts'
import type { Named } from './timeline.ts'

interface Article {
  readonly title: string
  readonly body: string
  readonly section: string
  readonly from: number
  readonly until: number
  readonly isPaid: boolean
  readonly state: 'there' | 'deleted' | 'broken'
}

interface News {
  readonly articles: Readonly<Record<string, Article>>
  readonly banner: string
  readonly score: number
  readonly isFinal: boolean
}

const article = (slug: string, section: string, isPaid = false): Article => ({
  title: `Headline of ${slug}`,
  body: `All about ${slug}. `.repeat(20),
  section,
  from: 0,
  until: Number.POSITIVE_INFINITY,
  isPaid,
  state: 'there',
})

const DATA: News = {
  articles: {
    flood: article('flood', 'world'),
    vote: article('vote', 'world', true),
    derby: article('derby', 'sport'),
  },
  banner: '',
  score: 0,
  isFinal: false,
}

/** The reader whom code above has put on the request; nobody in a shared render. */
function readerOf(request: object): string | undefined {
  return (request as { readonly user?: string }).user
}

function isPublished({ state, from, until }: Article, at: number): boolean {
  return state !== 'deleted' && at >= from && at < until
}

/** When one of these comes or goes by date. */
function endOf(articles: readonly Article[], at: number): number | undefined {
  const next = Math.min(...articles.flatMap(({ from, until }) => [from, until]).filter((date) => date > at))
  return Number.isFinite(next) ? next : undefined
}

function framed(request: object, { banner }: News, main: string): Pick<Reply, 'html' | 'personal'> {
  const reader = readerOf(request)
  const html = `<!doctype html><title>News</title>${text(banner)}<nav>${reader === undefined ? 'Log in' : `Hello ${text(reader)}`}</nav>${main}`
  return reader === undefined ? { html } : { html, personal: true }
}

const front: Answer<News> = (request, { data, at }) => {
  const all = Object.entries(data.articles)
  const lines = all
    .filter(([, each]) => isPublished(each, at))
    .map(([slug, { title }]) => `<li>${slug}: ${text(title)}</li>`)
  const reader = readerOf(request)
  const own = reader === undefined ? '' : `<p>Chosen for ${text(reader)}</p>`
  return {
    ...framed(request, data, own + lines.join('')),
    by: 'chunks',
    tags: ['front', 'banner', ...all.map(([slug]) => `article:${slug}`)],
    endsAt: endOf(
      all.map(([, each]) => each),
      at,
    ),
  }
}

const articlePage: Answer<News> = (request, { data, at }) => {
  const slug = String(request.params['slug'])
  const found = data.articles[slug]
  const tags = ['banner', `article:${slug}`]
  if (found === undefined) return { ...framed(request, data, `No ${text(slug)}`), status: 404, tags }
  const endsAt = endOf([found], at)
  if (found.state === 'deleted') return { ...framed(request, data, 'Deleted'), status: 410, tags }
  if (!isPublished(found, at)) return { ...framed(request, data, 'Not on line'), status: 404, tags, endsAt }
  if (found.state === 'broken') throw new Error(`the template of ${slug} is broken`)
  const isWhole = !found.isPaid || readerOf(request) !== undefined
  const main = `<h1>${text(found.title)}</h1>${isWhole ? found.body : 'Log in to read on.'}`
  return { ...framed(request, data, main), tags, endsAt, headers: { 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' } }
}

const section: Answer<News> = (request, { data, at }) => {
  const name = String(request.params['name'])
  const all = Object.values(data.articles).filter((each) => each.section === name)
  const titles = all.filter((each) => isPublished(each, at)).map(({ title }) => text(title))
  return {
    ...framed(request, data, `${text(name)}: ${titles.join(', ')}`),
    tags: ['banner', `section:${name}`],
    endsAt: endOf(all, at),
    maxAge: 45,
    staleIfError: 200,
  }
}

/** The same for everybody: whoever is logged in is greeted by a script. */
const live: Answer<News> = (request, { data }) => ({
  html: `<!doctype html>${text(request.params['match'])}: ${data.score}`,
  tags: ['live'],
  // In the last minutes nobody may be told an old score.
  ...(data.isFinal && { maxAge: 0, staleWhileRevalidate: 0, staleIfError: 0 }),
})

const feed: Answer<News> = (_request, { data, at }) => {
  const all = Object.entries(data.articles)
  const slugs = all.filter(([, each]) => isPublished(each, at)).map(([slug]) => slug)
  const tags = ['front', ...all.map(([slug]) => `article:${slug}`)]
  return {
    html: `<rss>${slugs}</rss>`,
    type: 'application/rss+xml',
    tags,
    endsAt: endOf(
      all.map(([, each]) => each),
      at,
    ),
  }
}

const moved: Answer<News> = (request) => ({
  html: '',
  status: 308,
  location: `/a/${encodeURIComponent(String(request.params['slug']))}${searchOf(request)}`,
})

const account: Answer<News> = (request) => ({
  html: `Account of ${text(readerOf(request) ?? 'nobody')}`,
  personal: true,
  ...(readerOf(request) === undefined && { status: 403 }),
})

const login: Answer<News> = (request) => {
  Object.assign(request.session as object, { user: request.body.user })
  return { html: '', status: 303, location: '/', personal: true }
}

const logout: Answer<News> = (request) => {
  Object.assign(request, { session: null })
  return { html: '', status: 303, location: '/', personal: true }
}

const edit = (name: string, slug: string, how: (found: Article, now: number) => Partial<Article>): Edit<News> => ({
  name: `${name} ${slug}`,
  apply(data, now) {
    const found = data.articles[slug] ?? article(slug, 'world')
    return { ...data, articles: { ...data.articles, [slug]: { ...found, ...how(found, now) } } }
  },
  told: told(slug),
})

const told = (slug: string): readonly Named[] => [
  { tags: [`article:${slug}`, 'section:world', 'section:sport'] },
  { urls: [`/a/${slug}`, '/', '/feed.xml'], prefix: '/s/' },
  { prefix: '/a', tags: ['front'] },
  { all: true },
]

const EDITS: readonly Edit<News>[] = [
  ...['flood', 'vote'].flatMap((slug) => [
    edit('correct', slug, (found) => ({ title: `${found.title}+` })),
    edit('delete', slug, () => ({ state: 'deleted' })),
    edit('bring back', slug, () => ({ state: 'there', from: 0, until: Number.POSITIVE_INFINITY })),
    edit('break', slug, () => ({ state: 'broken' })),
    edit('take off line for a while', slug, (_, now) => ({ from: now + 15_000 })),
    edit('let end soon', slug, (_, now) => ({ until: now + 12_345 })),
    edit('let end at once', slug, (_, now) => ({ until: now })),
  ]),
  edit('make free or paid', 'vote', ({ isPaid }) => ({ isPaid: !isPaid })),
  edit('write', 'storm', () => ({})),
  {
    name: 'break the news',
    apply: (data) => ({ ...data, banner: `${data.banner}!` }),
    told: [{ tags: ['banner'] }, { all: true }],
  },
  {
    name: 'score',
    apply: (data) => ({ ...data, score: data.score + 1 }),
    told: [{ tags: ['live'] }, { prefix: '/live' }],
  },
  {
    name: 'enter or leave the last minutes',
    apply: (data) => ({ ...data, isFinal: !data.isFinal }),
    told: [{ tags: ['live'] }, { urls: ['/live/final'] }],
  },
]

/** A newspaper: readers who log in, articles behind a wall, publication by date, broken templates; a CDN in front that knows URLs alone. */
export const news: Site<News> = {
  name: 'news',
  host: 'news.example',
  data: DATA,
  options: {
    hosts: ['news.example'],
    maxAge: 20,
    staleWhileRevalidate: 40,
    staleIfError: 300,
    refreshAhead: 0.2,
    statusMaxAge: { 308: 25, 404: 8, 410: 25 },
    downstream: { cdn: 'generic', staleMaxAge: 4 },
    routes: [
      { match: '/account/*rest', cache: false },
      { match: '/live/:match', maxAge: 2, staleWhileRevalidate: 5, session: 'anonymous' },
      { match: '/feed.xml', types: ['application/rss+xml'], staleWhileRevalidate: 0 },
    ],
  },
  life(path) {
    if (path.startsWith('/live/')) return { maxAge: 2, staleWhileRevalidate: 5, staleIfError: 300 }
    return { maxAge: 20, staleWhileRevalidate: path === '/feed.xml' ? 0 : 40, staleIfError: 300 }
  },
  anonymous: (path) => path.startsWith('/live/'),
  uncached: (path) => path.startsWith('/account'),
  sessionCookies: ['session'],
  choices: {},
  headers: { accept: ['text/html', '*/*', 'text/html,application/xhtml+xml;q=0.9'] },
  cdnKeys: { headers: [], cookies: [] },
  pages: [
    { url: '/' },
    { url: '/a/flood', respellable: true },
    { url: '/a/vote', respellable: true },
    { url: '/live/final' },
    { url: '/a/derby', respellable: true },
    { url: '/a/storm', respellable: true },
    { url: '/a/vote?page=2&print=' },
    { url: '/s/world', respellable: true },
    { url: '/s/sport', respellable: true },
    { url: '/old/flood', respellable: true },
    { url: '/feed.xml' },
    { url: '/account' },
  ],
  deeds: [
    { url: '/login', body: (who) => `user=${encodeURIComponent(who)}` },
    { url: '/logout', body: () => '' },
  ],
  edits: EDITS,
  above: () => [
    express.urlencoded({ extended: false }),
    cookieSession({ keys: ['quiet'], name: 'session' }),
    (request, _response, next) => {
      const user = (request.session as { user?: string } | null)?.user
      if (user !== undefined) Object.assign(request, { user })
      next()
    },
  ],
  router(framework, handle) {
    const router = framework.Router()
    router.get('/', handle(front))
    router.get('/a/:slug', handle(articlePage))
    router.get('/s/:name', handle(section))
    router.get('/live/:match', handle(live))
    router.get('/old/:slug', handle(moved))
    router.get('/feed.xml', handle(feed))
    router.get('/account', handle(account))
    router.post('/login', handle(login))
    router.post('/logout', handle(logout))
    return router
  },
}
