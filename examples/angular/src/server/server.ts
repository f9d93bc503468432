import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AngularNodeAppEngine, isMainModule, writeResponseToNodeResponse } from '@angular/ssr/node'
import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import cookieSession from 'cookie-session'
import express, { type Express, type RequestHandler, Router } from 'express'
import { priceHook } from './price-hook.ts'
import { teaApi } from './tea-api.ts'

const { PORT = '3000', HOSTS = `localhost:${PORT}`, HOOK_SECRET, SESSION_SECRET = randomUUID() } = process.env
const { RENDERS = '8', QUEUE = '200' } = process.env

const browser = join(import.meta.dirname, '../browser')
/** The app without any page in it: it asks the API itself. */
const shell = join(browser, 'index.csr.html')

function shop(hosts: readonly string[]): Express {
  const cache = createRenderCache({
    hosts,
    // Pages link to the assets of their own build, and so does the shell: its text changes with them.
    build: { id: createHash('sha256').update(readFileSync(shell)).digest('base64url') },
    routes: [
      { match: '/account/*rest', cache: false },
      // Nothing on these pages is a visitor's own, so those who are signed in share them, too.
      { match: '/*rest', session: 'anonymous' },
    ],
    // Beyond that many renders and as many that wait, and where one fails, the shell goes out, with a status that tells search engines to come back.
    admission: { concurrency: Number(RENDERS), queueLimit: Number(QUEUE), fallback: shell },
    // Angular sends the head of a page that it has in full before the page: there is nothing to gain by streaming it.
    stream: 'whole',
  })
  const app = express()
  if (HOOK_SECRET !== undefined) app.use(priceHook(cache, HOOK_SECRET))
  return (
    app
      .use('/api/teas', teaApi)
      // Names that hold a hash of the content: whoever has such a file need never ask again.
      .use(express.static(browser, { immutable: true, maxAge: '1y', index: false, redirect: false }))
      .use(expressCache(cache, pages(hosts)))
  )
}

function pages(hosts: readonly string[]): Router {
  // Names without their ports, as Angular compares them.
  const angular = new AngularNodeAppEngine({ allowedHosts: hosts.map((host) => host.replace(/:\d+$/, '')) })
  const render: RequestHandler = async (request, response) => {
    const page = await angular.handle(request, { name: request.session?.['name'] })
    // Every path has a route, so it was the navigation that failed: the data of the page were not to be had.
    if (page === null)
      throw Object.assign(new Error(`Angular made no page of ${request.originalUrl}.`), { status: 502 })
    await writeResponseToNodeResponse(page, response)
  }
  return Router().use('/account', account).use(render)
}

const account = Router()
  .use(cookieSession({ name: 'session', secret: SESSION_SECRET, sameSite: 'lax' }))
  .post('/', express.urlencoded(), (request, response) => {
    const name: unknown = request.body?.name
    if (typeof name === 'string') request.session = { name }
    response.redirect(303, '/account')
  })

// The build loads this file, too, to see which routes there are.
if (isMainModule(import.meta.url)) {
  shop(HOSTS.split(',')).listen(Number(PORT), () => console.log(`http://localhost:${PORT}`))
}
