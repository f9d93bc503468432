import { pickLocale } from '@ssr-cache/core'
import express, { type Request } from 'express'
import type { Answer, Edit, Site } from './site.ts'
import { searchOf, text } from './site.ts'
import type { Named } from './timeline.ts'

type Locale = 'en' | 'de' | 'fr'

interface Texts {
  readonly en: string
  readonly de?: string
  readonly fr?: string
}

interface Pages {
  readonly texts: Readonly<Record<string, Texts>>
  readonly moved: Readonly<Record<string, string>>
  readonly retired: readonly string[]
  readonly footer: string
}

const LOCALES: readonly Locale[] = ['en', 'de', 'fr']

const best = pickLocale(LOCALES)

const DATA: Pages = {
  texts: {
    about: { en: 'About us', de: 'Über uns', fr: 'À propos' },
    jobs: { en: 'Jobs', de: 'Stellen' },
    legal: { en: 'Legal' },
  },
  moved: { team: 'about' },
  retired: [],
  footer: '2026',
}

function cookieOf({ headers }: Request, name: string): string | undefined {
  return new RegExp(`(?:^|; )${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1]
}

function isLocale(value: unknown): value is Locale {
  return LOCALES.includes(value as Locale)
}

/** What the visitor has chosen, or else the browser. */
function negotiated(request: Request): Locale {
  const chosen = cookieOf(request, 'lang')
  if (isLocale(chosen)) return chosen
  return (best(request.headers['accept-language']) ?? 'en') as Locale // one of those above
}

function html(locale: Locale, { footer }: Pages, build: number, main: string): string {
  return `<!doctype html><html lang="${locale}"><script src="/assets/app.${build}.js"></script>${main}<footer>${text(footer)}</footer>`
}

/** The language that a page is in where one was asked for. */
function found(texts: Texts, locale: Locale): readonly [Locale, string] {
  const own = texts[locale]
  return own === undefined ? ['en', texts.en] : [locale, own]
}

const start: Answer<Pages> = (request) => ({
  html: '',
  status: 302,
  location: `/${negotiated(request)}/about${searchOf(request)}`,
  headers: { vary: 'Accept-Language' },
})

/** Two languages at one URL: the page itself is negotiated. */
const home: Answer<Pages> = (request, { data, build }) => {
  const locale = negotiated(request)
  const headings = Object.values(data.texts).map((texts) => text(found(texts, locale)[1]))
  return {
    html: html(locale, data, build, headings.join(', ')),
    headers: { 'content-language': locale, vary: 'Accept-Language' },
    tags: ['footer', 'texts'],
  }
}

const page: Answer<Pages> = (request, { data, build }) => {
  const { locale, slug } = request.params
  if (!isLocale(locale)) return undefined
  const name = String(slug)
  const tags = ['footer', `text:${name}`]
  const headers = { 'content-language': locale }
  const next = data.moved[name]
  if (next !== undefined) return { html: '', status: 301, location: `/${locale}/${next}${searchOf(request)}`, tags }
  if (data.retired.includes(name)) return { html: html(locale, data, build, 'Retired'), status: 410, headers, tags }
  const texts = data.texts[name]
  if (texts === undefined) return { html: html(locale, data, build, `? ${text(name)}`), status: 404, headers, tags }
  const [language, shown] = found(texts, locale)
  return {
    html: html(locale, data, build, `<h1 lang="${language}">${text(shown)}</h1>`),
    headers: { 'content-language': language },
    tags,
  }
}

/** Where a member is greeted, in a language. */
const members: Answer<Pages> = (request, { data, build }) => {
  const locale = negotiated(request)
  const member = cookieOf(request, 'member')
  if (member === undefined) return { html: html(locale, data, build, 'Members only'), tags: ['footer'] }
  return { html: html(locale, data, build, `Hello ${text(decodeURIComponent(member))}`), personal: true }
}

const join: Answer<Pages> = (request, { build }) => ({
  html: `joined ${build}`,
  cookies: { member: String(request.body.user) },
  personal: true,
})

const quit: Answer<Pages> = () => ({ html: 'bye', clearedCookies: ['member'], personal: true })

const told = (slug: string): readonly Named[] => [
  { tags: [`text:${slug}`, 'texts'] },
  { urls: [...LOCALES.map((locale) => `/${locale}/${slug}`), '/home'] },
  { prefix: '/de', urls: [`/en/${slug}`, `/fr/${slug}`, '/home'] },
  { all: true },
]

const edit = (name: string, slug: string, apply: (data: Pages) => Partial<Pages>): Edit<Pages> => ({
  name: `${name} ${slug}`,
  apply: (data) => ({ ...data, ...apply(data) }),
  told: told(slug),
})

const write = (slug: string, locale: Locale): Edit<Pages> =>
  edit(`write in ${locale}`, slug, ({ texts }) => {
    const before = texts[slug] ?? { en: slug }
    return { texts: { ...texts, [slug]: { ...before, [locale]: `${before[locale] ?? slug}+` } } }
  })

const EDITS: readonly Edit<Pages>[] = [
  ...LOCALES.flatMap((locale) => [write('about', locale), write('jobs', locale)]),
  write('press', 'fr'),
  edit('untranslate', 'jobs', ({ texts }) => ({ texts: { ...texts, jobs: { en: 'Jobs' } } })),
  edit('move', 'legal', ({ moved }) => ({ moved: { ...moved, legal: 'about' } })),
  edit('move back', 'legal', ({ moved: { legal: _, ...moved } }) => ({ moved })),
  edit('retire', 'jobs', ({ retired }) => ({ retired: [...retired, 'jobs'] })),
  edit('revive', 'jobs', ({ retired }) => ({ retired: retired.filter((each) => each !== 'jobs') })),
  {
    name: 'change the footer',
    apply: (data) => ({ ...data, footer: `${data.footer}.` }),
    told: [{ tags: ['footer', 'texts'] }, { all: true }],
  },
]

const LANGUAGES = ['de-AT,de;q=0.9,en;q=0.5', 'fr', 'en-GB', 'it;q=0.9,fr;q=0.3', '*', 'de;q=0, en;q=0.1', '%%%']

/** A site in three languages: at URLs of their own, negotiated at one URL, chosen by a cookie; a CDN in front that keys both. */
export const localized: Site<Pages> = {
  name: 'localized',
  host: 'www.example',
  data: DATA,
  options: {
    hosts: ['www.example', '*.www.example'],
    key: { headers: { 'accept-language': pickLocale(LOCALES) }, cookies: ['lang'] },
    bypass: { cookies: ['member'] },
    maxAge: 15,
    staleWhileRevalidate: 10,
    staleIfError: 45,
    statusMaxAge: { 301: 20, 404: 5, 410: 20 },
    downstream: { cdnKeys: ['accept-language', 'lang'], staleMaxAge: 3 },
    routes: [{ match: '/:locale/legal', maxAge: 60, staleWhileRevalidate: 0, staleIfError: 0 }],
  },
  life(path) {
    if (/^\/[^/]+\/legal$/.test(path)) return { maxAge: 60, staleWhileRevalidate: 0, staleIfError: 0 }
    return { maxAge: 15, staleWhileRevalidate: 10, staleIfError: 45 }
  },
  uncached: () => false,
  sessionCookies: ['member'],
  choices: { lang: ['en', 'de', 'fr', 'xx'] },
  headers: { 'accept-language': LANGUAGES },
  cdnKeys: { headers: ['accept-language'], cookies: ['lang'] },
  pages: [
    { url: '/home' },
    ...['en/about', 'de/jobs', 'en/legal', 'fr/about', 'de/about', 'fr/jobs', 'fr/press', 'de/team', 'de/nothing'].map(
      (path) => ({ url: `/${path}`, respellable: true }),
    ),
    { url: '/' },
    { url: '/members' },
    { url: '/xx/about' },
    { url: '/home?a=1&b=2' },
  ],
  deeds: [
    { url: '/join', body: (who) => `user=${encodeURIComponent(who)}` },
    { url: '/quit', body: () => '' },
  ],
  edits: EDITS,
  above: () => [express.urlencoded({ extended: false })],
  router(framework, handle) {
    const router = framework.Router()
    router.get('/', handle(start))
    router.get('/home', handle(home))
    router.get('/members', handle(members))
    router.post('/join', handle(join))
    router.post('/quit', handle(quit))
    router.get('/:locale/:slug', handle(page))
    return router
  },
}
