import express from 'express'
import session from 'express-session'
import type { Answer, Edit, Reply, Site } from './site.ts'
import { searchOf, text } from './site.ts'
import type { Named } from './timeline.ts'

interface Product {
  readonly name: string
  readonly cents: number
  readonly draftCents: number
  readonly sale?: { readonly cents: number; readonly from: number; readonly until: number }
  readonly state: 'sold' | 'deleted' | 'hidden'
  readonly movedTo?: string
}

interface Shop {
  readonly products: Readonly<Record<string, Product>>
  readonly banner: string
  readonly dealIsPrivate: boolean
}

const RATES: Readonly<Record<string, number>> = { EUR: 1, USD: 1.1, GBP: 0.9 }
const TAXES: Readonly<Record<string, number>> = { DE: 1.19, FR: 1.2 }

const ids = ['1', '2', '3', 'hat', 'm%C3%BCtze']

const product = (name: string, cents: number): Product => ({ name, cents, draftCents: cents + 1, state: 'sold' })

const DATA: Shop = {
  products: Object.fromEntries(ids.map((id, i) => [decodeURIComponent(id), product(`Thing ${id}`, 1000 * (i + 1))])),
  banner: 'Welcome',
  dealIsPrivate: false,
}

/** What a visitor is, as far as a request says. Nothing of it is there in a shared render but currency and country. */
function visitorOf(request: Parameters<Answer<Shop>>[0], response: Parameters<Answer<Shop>>[2]) {
  const cookie = (name: string): string | undefined =>
    new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1]
  return {
    currency: cookie('currency') ?? 'EUR',
    country: String(response.locals['country'] ?? ''),
    cart: cookie('cart'),
    user: (request.session as { user?: string } | undefined)?.user,
    wholesale: request.headers.authorization,
    isPreview: request.query['preview'] !== undefined,
  }
}

type Visitor = ReturnType<typeof visitorOf>

function priceOf({ cents, draftCents, sale }: Product, at: number, visitor: Visitor): string {
  const isSale = sale !== undefined && at >= sale.from && at < sale.until
  const base = visitor.isPreview ? draftCents : isSale ? sale.cents : cents
  const taxed = base * (RATES[visitor.currency] ?? 1) * (TAXES[visitor.country] ?? 1)
  return `${(taxed / 100).toFixed(2)} ${text(visitor.currency)}${isSale ? ' (sale)' : ''}`
}

/** When prices change next by date. */
function endOf(products: readonly Product[], at: number): number | undefined {
  const dates = products.flatMap(({ sale }) => (sale === undefined ? [] : [sale.from, sale.until]))
  const next = Math.min(...dates.filter((date) => date > at))
  return Number.isFinite(next) ? next : undefined
}

/** The frame of every page, which greets whoever it knows. */
function framed(visitor: Visitor, { banner }: Shop, main: string): Pick<Reply, 'html' | 'personal'> {
  const { user, cart, wholesale, isPreview } = visitor
  const known = [
    user !== undefined && `<p>Hello ${text(user)}</p>`,
    cart !== undefined && `<p>In your cart: ${text(cart)}</p>`,
    wholesale !== undefined && `<p>Wholesale: ${text(wholesale)}</p>`,
    isPreview && '<p>Preview</p>',
  ].filter((line) => line !== false)
  const html = `<!doctype html><title>Shop</title><header>${text(banner)}</header>${known.join('')}<main>${main}</main>`
  return known.length > 0 ? { html, personal: true } : { html }
}

const home: Answer<Shop> = (request, { data, at }, response) => {
  const visitor = visitorOf(request, response)
  const sold = Object.entries(data.products).filter(([, { state }]) => state === 'sold')
  const lines = sold.map(([id, each]) => `<li>${text(id)} ${text(each.name)} ${priceOf(each, at, visitor)}</li>`)
  return {
    ...framed(visitor, data, `<ul>${lines.join('')}</ul>`),
    by: 'chunks',
    tags: ['banner', 'list', ...Object.keys(data.products).map((id) => `product:${id}`)],
    endsAt: endOf(
      sold.map(([, each]) => each),
      at,
    ),
  }
}

const productPage: Answer<Shop> = (request, { data, at }, response) => {
  const visitor = visitorOf(request, response)
  const id = String(request.params['id'])
  const found = data.products[id]
  const tags = ['banner', `product:${id}`]
  if (found === undefined || found.state === 'hidden')
    return { ...framed(visitor, data, `No ${text(id)} here`), status: 404, tags }
  if (found.state === 'deleted') return { ...framed(visitor, data, `${text(id)} is gone`), status: 410, tags }
  if (found.movedTo !== undefined) {
    return { html: '', status: 301, location: `/p/${found.movedTo}${searchOf(request)}`, tags }
  }
  const size = request.query['size'] === undefined ? '' : ` in ${text(request.query['size'])}`
  const price = priceOf(found, at, visitor)
  return { ...framed(visitor, data, `${text(found.name)}${size}: ${price}`), tags, endsAt: endOf([found], at) }
}

const search: Answer<Shop> = (request, { data }, response) => {
  const q = String(request.query['q'] ?? '').toLowerCase()
  const found = Object.entries(data.products).filter(([id, each]) => `${id} ${each.name}`.toLowerCase().includes(q))
  const main = `${found.length} for ${text(q)} on page ${text(request.query['page'] ?? 1)}: ${text(found.map(([id]) => id))}`
  const visitor = visitorOf(request, response)
  return { ...framed(visitor, data, main), tags: ['banner', 'list'], maxAge: 20, staleWhileRevalidate: 5 }
}

/** Somebody's own for a while, and everybody's for another. */
const deal: Answer<Shop> = (request, { data }, response) => {
  const shown = framed(visitorOf(request, response), data, 'The deal of the day')
  return { ...shown, tags: ['banner', 'deal'], ...(data.dealIsPrivate && { personal: true }) }
}

const welcome: Answer<Shop> = (request, { data }, response) => ({
  ...framed(visitorOf(request, response), data, 'Welcome'),
  cookies: { welcome: '1' },
  tags: ['banner'],
})

const cart: Answer<Shop> = (request, { data }, response) => ({
  ...framed(visitorOf(request, response), data, 'Your cart'),
  personal: true,
  headers: { 'cache-control': 'private, max-age=0' },
})

const price: Answer<Shop> = (request, { data, at }, response) => {
  const found = data.products[String(request.params['id'])]
  const visitor = visitorOf(request, response)
  const shown = found === undefined ? null : priceOf(found, at, visitor)
  return { html: JSON.stringify({ price: shown }), type: 'json' }
}

const login: Answer<Shop> = (request) => {
  Object.assign(request.session, { user: request.body.user })
  return { html: '', status: 303, location: '/', personal: true }
}

const logout: Answer<Shop> = (request) => {
  request.session.destroy(() => {})
  return { html: '', status: 303, location: '/', personal: true, clearedCookies: ['sid'] }
}

const addToCart: Answer<Shop> = (request) => {
  const before = /(?:^|; )cart=([^;]*)/.exec(request.headers.cookie ?? '')?.[1]
  const now = [before, request.body.id].filter((each) => each !== undefined).join('.')
  return { html: 'added', personal: true, cookies: { cart: now } }
}

const emptyCart: Answer<Shop> = () => ({ html: 'emptied', personal: true, clearedCookies: ['cart'] })

function change(id: string, how: (found: Product, now: number) => Product): Edit<Shop>['apply'] {
  return (data, now) => ({
    ...data,
    products: { ...data.products, [id]: how(data.products[id] ?? product(`Thing ${id}`, 100), now) },
  })
}

const told = (id: string): readonly Named[] => [
  { tags: [`product:${id}`] },
  { urls: [`/p/${encodeURIComponent(id)}`, '/'], tags: ['list'] },
  { prefix: '/p/' },
  { all: true },
]

const edit = (name: string, id: string, how: (found: Product, now: number) => Product): Edit<Shop> => ({
  name: `${name} ${id}`,
  apply: change(id, how),
  told: told(id),
})

const without = ({ movedTo: _, ...found }: Product): Product => found

const EDITS: readonly Edit<Shop>[] = [
  ...['1', '2'].flatMap((id) => [
    edit('raise the price of', id, (found) => ({ ...found, cents: found.cents + 100 })),
    edit('delete', id, (found) => ({ ...found, state: 'deleted' })),
    edit('hide', id, (found) => ({ ...found, state: 'hidden' })),
    edit('sell again', id, (found) => without({ ...found, state: 'sold' })),
    edit('move', id, (found) => ({ ...found, movedTo: 'hat' })),
    edit('put on sale', id, (found, now) => ({
      ...found,
      sale: { cents: 1, from: now + 20_000, until: now + 45_500 },
    })),
  ]),
  edit('bring', 'new', (found) => found),
  {
    name: 'change the banner',
    apply: (data) => ({ ...data, banner: `${data.banner}!` }),
    told: [{ tags: ['banner'] }, { all: true }, { prefix: '/' }],
  },
  {
    name: 'close or open the deal',
    apply: (data) => ({ ...data, dealIsPrivate: !data.dealIsPrivate }),
    told: [{ tags: ['deal'] }, { urls: ['/deal'] }],
  },
]

/** A shop: prices in the visitor's currency and with the tax of the visitor's country, sales by date, carts, customers, previews. */
export const shop: Site<Shop> = {
  name: 'shop',
  host: 'shop.example',
  data: DATA,
  options: {
    hosts: ['shop.example'],
    key: { cookies: ['currency'], ignoreQuery: ['ref'] },
    bypass: { cookies: ['sid', 'cart'], query: ['preview'] },
    maxAge: 30,
    staleWhileRevalidate: 60,
    staleIfError: 600,
    statusMaxAge: { 301: 40, 404: 10, 410: 40 },
    routes: [{ match: '/cart/*rest', cache: false }],
  },
  context: (request) => ({ country: String(request.headers['x-country'] ?? '') }),
  life: () => ({ maxAge: 30, staleWhileRevalidate: 60, staleIfError: 600 }),
  uncached: (path) => path.startsWith('/cart'),
  sessionCookies: ['sid', 'cart'],
  choices: { currency: ['EUR', 'USD', 'GBP'] },
  headers: { 'x-country': ['DE', 'FR', 'US'] },
  pages: [
    { url: '/' },
    ...ids.map((id) => ({ url: `/p/${id}`, respellable: true })),
    { url: '/p/new', respellable: true },
    { url: '/p/1?size=m' },
    { url: '/p/1?color=red&size=%C3%BC' },
    { url: '/search?page=2&q=thing' },
    { url: '/search?q=%3Cscript%3E' },
    { url: '/deal' },
    { url: '/welcome' },
    { url: '/cart' },
    { url: '/api/price/1' },
    { url: '/p/1?preview=1' },
    { url: '/nowhere' },
  ],
  deeds: [
    { url: '/login', body: (who) => `user=${encodeURIComponent(who)}` },
    { url: '/logout', body: () => '' },
    { url: '/cart/add', body: () => 'id=1' },
    { url: '/cart/add', body: () => 'id=2' },
    { url: '/cart/empty', body: () => '' },
  ],
  edits: EDITS,
  above: () => [
    express.urlencoded({ extended: false }),
    session({
      secret: 'quiet',
      name: 'sid',
      resave: false,
      saveUninitialized: false,
      // Both copies must give the same one: a login names its user.
      genid: (request) => `session-of-${encodeURIComponent(request.body?.user ?? 'nobody')}`,
    }),
  ],
  router(framework, handle) {
    const router = framework.Router()
    router.get('/', handle(home))
    router.get('/p/:id', handle(productPage))
    router.get('/search', handle(search))
    router.get('/deal', handle(deal))
    router.get('/welcome', handle(welcome))
    router.get('/cart', handle(cart))
    router.get('/api/price/:id', handle(price))
    router.post('/login', handle(login))
    router.post('/logout', handle(logout))
    router.post('/cart/add', handle(addToCart))
    router.post('/cart/empty', handle(emptyCart))
    return router
  },
}
