import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRenderCache } from '@ssr-cache/core'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statsHook } from '../src/web/stats-hook.ts'

const SECRET = 'a secret of some length'
const cache = createRenderCache({ hosts: ['shop.example'] })
const server = createServer(express().use(statsHook({ cache, secret: SECRET })))

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await cache.close()
})

function ask(authorization?: string): Promise<Response> {
  const { port } = server.address() as AddressInfo // it listens
  return fetch(`http://127.0.0.1:${port}/hooks/stats`, { headers: { ...(authorization && { authorization }) } })
}

describe('the stats hook', () => {
  it('tells what the cache has counted, and nobody keeps the answer', async () => {
    const page = { headers: { 'content-type': 'text/html' } }
    await cache.handle(new Request('http://shop.example/'), () => new Response('<h1>Home</h1>', page))
    const response = await ask(`Bearer ${SECRET}`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual(cache.stats())
    expect(cache.stats().routes['*']?.renders).toBe(1)
  })

  it.each([undefined, 'Bearer another secret of length', `Basic ${SECRET}`])(
    'tells a stranger with %j nothing',
    async (authorization) => {
      const response = await ask(authorization)
      expect(response.status).toBe(401)
      expect(await response.text()).not.toContain('renders')
    },
  )
})
