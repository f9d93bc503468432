import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import cookieSession from 'cookie-session'
import express, { type Response, Router } from 'express'
import { priceHook } from './price-hook.ts'
import { builtRenderer, devRenderer } from './renderer.ts'
import type { Page } from './src/page.ts'
import { findTea, listTeas } from './teas.ts'

const { NODE_ENV, PORT = '3000', HOSTS = `localhost:${PORT}`, HOOK_SECRET, SESSION_SECRET = randomUUID() } = process.env

const app = express()
const server = createServer(app)
const { assets, buildId, render } = await (NODE_ENV === 'production' ? builtRenderer() : devRenderer(server))

const cache = createRenderCache({
  hosts: HOSTS.split(','),
  // Pages link to the assets of their own build.
  build: { id: buildId },
  routes: [
    { match: '/account/*rest', cache: false },
    // Nothing on these pages is a visitor's own, so those who are signed in share them, too.
    { match: '/*rest', session: 'anonymous' },
  ],
})

async function send(response: Response, page: Page): Promise<void> {
  response.type('html').send(await render(page))
}

const account = Router()
  .use(cookieSession({ name: 'session', secret: SESSION_SECRET, sameSite: 'lax' }))
  .get('/', (request, response) => send(response, { kind: 'account', name: request.session?.['name'] ?? null }))
  .post('/', express.urlencoded(), (request, response) => {
    const name: unknown = request.body?.name
    if (typeof name === 'string') request.session = { name }
    response.redirect(303, '/account')
  })

const pages = Router()
  .use('/account', account)
  .get('/', async (_request, response) => send(response, { kind: 'menu', teas: await listTeas() }))
  .get('/teas/:slug', async ({ params }, response, next) => {
    const tea = await findTea(params.slug)
    if (tea === undefined) return next()
    await send(response, { kind: 'tea', tea })
  })
  // Kept for ten seconds, as any 404 that is answered here.
  .use((_request, response) => send(response.status(404), { kind: 'not-found' }))

if (HOOK_SECRET !== undefined) app.use(priceHook(cache, HOOK_SECRET))
app.use(assets, expressCache(cache, pages))

server.listen(Number(PORT), () => console.log(`http://localhost:${PORT}`))
