import { randomUUID } from 'node:crypto'
import { createRenderCache } from '@ssr-cache/core'
import { presets } from '@ssr-cache/core/cache-control'
import { pageContext } from '@ssr-cache/core/context'
import { expressCache } from '@ssr-cache/express-adapter'
import cookieSession from 'cookie-session'
import express, { Router } from 'express'
import { priceHook } from './price-hook.ts'
import { findTea, listTeas } from './teas.ts'

const { NODE_ENV, PORT = '3000', HOSTS = `localhost:${PORT}`, HOOK_SECRET, SESSION_SECRET = randomUUID() } = process.env
const folder = import.meta.dirname

const cache = createRenderCache({
  // In development Express reads a template anew for each page; a kept page would hide an edit of it.
  enabled: NODE_ENV === 'production',
  hosts: HOSTS.split(','),
  routes: [
    { match: '/account/*rest', cache: false },
    // Nothing on these pages is a visitor's own, so those who are signed in share them, too.
    { match: '/*rest', session: 'anonymous' },
  ],
})

const account = Router()
  .use(cookieSession({ name: 'session', secret: SESSION_SECRET, sameSite: 'lax' }))
  .get('/', (request, response) => response.render('account', { name: request.session?.['name'] }))
  .post('/', express.urlencoded(), (request, response) => {
    const name: unknown = request.body?.name
    if (typeof name === 'string') request.session = { name }
    response.redirect(303, '/account')
  })

const pages = Router()
  .use('/account', account)
  .get('/', async (_request, response) => response.render('menu', { teas: await listTeas() }))
  .get('/teas/:slug', async ({ params }, response, next) => {
    const tea = await findTea(params.slug)
    if (tea === undefined) return next()
    // Longer than the menu, which changes more often.
    pageContext()?.maxAge(300)
    response.render('tea', { tea })
  })
  // Kept for ten seconds, as any 404 that is answered here.
  .use((_request, response) => response.status(404).render('not-found'))

const app = express()
app.set('view engine', 'ejs')
app.set('views', `${folder}/views`)
// For templates: what shows a thing names it, so that no page can be forgotten when the thing changes.
app.locals['tag'] = (...tags: readonly string[]) => void pageContext()?.tag(...tags)

if (HOOK_SECRET !== undefined) app.use(priceHook(cache, HOOK_SECRET))
app.use(
  express.static(`${folder}/public`, {
    setHeaders: (response) => void response.set('cache-control', presets.plainFile),
  }),
)
app.use(expressCache(cache, pages))

app.listen(Number(PORT), () => console.log(`http://localhost:${PORT}`))
