import { KeyvPostgres } from '@keyv/postgres'
import { Keyv } from 'keyv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostgresServer } from '../../../../test-utils/postgres-server.ts'
import { findPostgres, startPostgres } from '../../../../test-utils/postgres-server.ts'
import { createRenderCache } from '../../src/index.ts'
import { keyvStore } from '../../src/keyv/index.ts'

const postgres = findPostgres()
const where = postgres === undefined ? ' (skipped: there is no Postgres on this machine)' : ''

describe.skipIf(postgres === undefined)(`pages in Postgres${where}`, () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(postgres!) // or skipped
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('are kept, go on being rendered while it is gone, and are kept again when it is back, without a restart (I6, F3, F7)', async () => {
    // Its pool says nothing of connections that break while they are idle, and then the process ends: none may be idle.
    const keyv = new Keyv(new KeyvPostgres({ uri: server.uri, idleTimeoutMillis: 1 }))
    const silent = () => {}
    const logger = { debug: silent, info: silent, warn: silent, error: silent }
    const cache = createRenderCache({ store: keyvStore(keyv), storeTimeoutMs: 10_000, hosts: ['shop.example'], logger })
    let renders = 0
    const ask = cache.fetch(() => new Response(`<p>${++renders}`, { headers: { 'content-type': 'text/html' } }))
    const visit = async () => {
      const answer = await ask(new Request('https://shop.example/a', { headers: { accept: 'text/html' } }))
      return [answer.status, await answer.text()]
    }
    const errors: unknown[] = []
    cache.events.on('store-error', ({ operation }) => errors.push(operation))

    expect([await visit(), await visit()]).toEqual(Array(2).fill([200, '<p>1']))
    await server.kill()
    expect((await visit())[0]).toBe(200)
    expect(errors).toContain('get')
    await expect(cache.purge({ urls: ['/a'] })).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_STORE' })
    await server.start()
    await cache.purge({ urls: ['/a'] })
    const [, html] = await visit()
    expect([await visit(), await visit()]).toEqual(Array(2).fill([200, html]))
    await cache.close()
    await keyv.disconnect()
  })
})
