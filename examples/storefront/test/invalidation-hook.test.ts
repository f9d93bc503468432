import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRenderCache } from '@ssr-cache/core'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { invalidationHook } from '../src/web/invalidation-hook.ts'

const SECRET = 'a secret of some length'
const cache = createRenderCache({ hosts: ['shop.example'] })
const recorded: { readonly tags: readonly string[]; readonly hard: boolean }[] = []
cache.events.on('invalidate', ({ targets, hard }) => {
  recorded.push({ tags: targets.flatMap((target) => (target.kind === 'tag' ? [target.tag] : [])), hard })
})

const server = createServer(express().use(invalidationHook({ cache, secret: SECRET })))
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await cache.close()
})

function call(authorization: string | undefined, body: unknown): Promise<Response> {
  const { port } = server.address() as AddressInfo // it listens
  return fetch(`http://127.0.0.1:${port}/hooks/invalidate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify(body),
  })
}

describe('the invalidation hook', () => {
  it.each([
    ['nothing', undefined],
    ['another secret', 'Bearer another secret of length'],
    ['the beginning of the secret', `Bearer ${SECRET.slice(0, -1)}`],
    ['the secret under another scheme', `Basic ${SECRET}`],
    ['an empty secret', 'Bearer '],
  ])('refuses whoever brings %s, so that no stranger can make the shop render (I11)', async (_, authorization) => {
    const before = recorded.length
    const response = await call(authorization, { tags: ['movie:1'] })
    expect(response.status).toBe(401)
    expect(recorded).toHaveLength(before)
  })

  it('marks pages stale, or removes them where the back end says so (R20)', async () => {
    expect((await call(`Bearer ${SECRET}`, { tags: ['movie:1'] })).status).toBe(200)
    expect(recorded.at(-1)).toEqual({ tags: ['movie:1'], hard: false })
    expect((await call(`Bearer ${SECRET}`, { tags: ['movie:1', 'genre:drama'], how: 'purge' })).status).toBe(200)
    expect(recorded.at(-1)).toEqual({ tags: ['movie:1', 'genre:drama'], hard: true })
  })

  it.each([
    ['no tags', {}],
    ['an empty list', { tags: [] }],
    ['an empty tag', { tags: [''] }],
    ['more tags than an edit can have', { tags: Array.from({ length: 65 }, (_, n) => `movie:${n}`) }],
    ['a field that there is not', { tags: ['movie:1'], all: true }],
  ])('refuses a message with %s', async (_, body) => {
    const before = recorded.length
    expect((await call(`Bearer ${SECRET}`, body)).status).toBe(400)
    expect(recorded).toHaveLength(before)
  })
})
