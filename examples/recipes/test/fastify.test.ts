import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { expect, test } from 'vitest'
import { served } from '../../../test-utils/serve.ts'
import { site as siteByCountry } from '../src/fastify-context.ts'
import { site } from '../src/fastify-plugins.ts'
import { curlAndGrep, readSession, withoutChance } from './console-session.ts'
import { startSample } from './sample-process.ts'

const readme = readFileSync(new URL('../../../packages/fastify-adapter/README.md', import.meta.url), 'utf8')

test('the example of the Fastify adapter prints what its README says: a miss, a hit, an answer for one visitor (R11, R12)', async () => {
  const session = readSession(/```console\n(\$ curl[^`]+)```/.exec(readme)?.[1] ?? '')
  const { port } = await startSample('fastify-quick-start.ts')
  const printed: string[] = []
  for (const { command } of session) {
    const [, cookie, path = ''] =
      /^curl -si (?:-H 'Cookie: (\S+)' )?localhost:3000(\S+) \| grep -i cache$/.exec(command) ?? []
    printed.push(...(await curlAndGrep(port, path, 'cache', cookie === undefined ? {} : { cookie })))
  }
  const told = session.flatMap((step) => step.printed)
  expect(told.filter((line) => line.startsWith('cache-status'))).toHaveLength(3)
  expect(withoutChance(printed)).toEqual(withoutChance(told))
})

const pages: FastifyPluginAsync = async (app) => {
  app.post('/login', async (request) => {
    Object.assign(request.session, request.body)
    return 'in'
  })
  app.get('/*', ({ session, cookies }, reply) => {
    const name = (session as { name?: string }).name ?? 'stranger'
    return reply.type('text/html').send(`<p>Hello ${name}, prices in ${cookies['currency']}</p>`)
  })
}

test('plugins in this order leave hits as they should be, and visitors with a session to the app (A9, A10)', async () => {
  const root = join(import.meta.dirname, '..', 'src')
  const app = await site(pages, 'a secret of thirty-two characters', root)
  await app.ready()
  await using shop = await served(app.server)
  const ask = (cookie: string, path = '/') => shop.ask(path, { headers: { accept: 'text/html', cookie } })

  await ask('currency=EUR; tracking=1')
  const hit = await ask('currency=EUR; tracking=2')
  expect(hit.text).toBe('<p>Hello stranger, prices in EUR</p>')
  expect(hit.headers['cache-status']).toContain('hit')
  expect(hit.headers['content-security-policy']).toContain("default-src 'self'")
  expect(hit.headers['set-cookie']).toBeUndefined()

  const json = { 'content-type': 'application/json' }
  const login = await shop.ask('/login', { method: 'POST', headers: json, body: '{"name":"Ada"}' })
  const own = await ask(`currency=EUR; ${String(login.headers['set-cookie']).split(';', 1)[0]}`)
  expect([own.text, own.headers['cache-control']]).toEqual(['<p>Hello Ada, prices in EUR</p>', 'private, no-store'])

  for (const path of ['/health', '/files/app.tsx']) {
    const { status, headers } = await ask('', path)
    expect([status, headers['cache-status']]).toEqual([200, undefined])
  }
  await app.close()
})

test('what context gives is in the key, and is all that a shared render sees of the state above it (A10, R69)', async () => {
  let country = 'DE'
  const app = await siteByCountry(() => country)
  await app.ready()
  await using shop = await served(app.server)
  const ask = () => shop.ask('/', { headers: { accept: 'text/html' } })
  expect((await ask()).text).toBe('<p>Prices for DE</p>')
  expect((await ask()).headers['cache-status']).toContain('hit')
  country = 'AT'
  const other = await ask()
  expect([other.text, other.headers['cache-control']]).toEqual(['<p>Prices for AT</p>', 'private, no-cache'])
})
