import { describe, expect, test } from 'vitest'
import { collect } from '../../src/engine/collect.ts'
import type { RunningBody } from '../../src/engine/running-body.ts'
import { openShop, settled } from './harness.ts'

/** A body in chunks, which tells whether it was let go before its end. */
function source(...chunks: unknown[]) {
  const seen = { letGo: false, ended: false }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (const chunk of chunks) yield chunk as Uint8Array // wrong on purpose in one test
      seen.ended = true
    } finally {
      seen.letGo = !seen.ended
    }
  }
  const headers = { 'content-type': 'text/html' }
  return { seen, response: new Response(ReadableStream.from(body()), { headers }) }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A body without end, whose source cannot be told to stop. */
const endless = (chunk: unknown): AsyncIterableIterator<Uint8Array> => {
  const body = {
    [Symbol.asyncIterator]: () => body,
    next: async () => ({ done: false as const, value: chunk as Uint8Array }), // wrong on purpose in one test
  }
  return body
}

describe('the source of a body is let go when nobody reads on (B6, I13)', () => {
  test('where a chunk is no bytes: the error says what to write, and is told (I12)', async () => {
    const { seen, response } = source(bytes('<p>'), 'text')
    const shop = openShop()
    await expect(shop.render('/a', response)).rejects.toThrow(
      /ERR_SSR_CACHE_RENDER: a body must give its bytes as Uint8Array, got "text" \(string\)\. Encode text: stream\.pipeThrough\(new TextEncoderStream\(\)\)\./,
    )
    expect(seen.letGo).toBe(true)
    expect(shop.told).toContainEqual([
      'answer',
      expect.objectContaining({ answered: 'failed', reason: expect.stringMatching(/refused|thrown/) }),
    ])
  })

  test('where its visitor had left before it was found too large for others', async () => {
    const shop = openShop({ maxPageBytes: 3, admission: { timeoutMs: 1_000 } })
    const visit = shop.get('/a')
    await shop.clock.advanceAsync(1_000)
    expect((await visit).status).toBe(503)
    const { seen, response } = source(bytes('<p>'), bytes('large'), bytes('larger'))
    await shop.renders.last.answers(response)
    await settled()
    expect(seen.letGo).toBe(true)
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })

  test('and one that cannot be told to stop troubles nobody', async () => {
    await expect(collect(endless('text'), { maxBytes: 3 })).rejects.toThrow('a body must give its bytes')
    const { body } = await collect(endless(bytes('large')), { maxBytes: 3 })
    const reader = (body as RunningBody).reader() // as it is too large
    expect(await reader.next()).toEqual({ done: false, value: bytes('large') })
    expect(await reader.return()).toEqual({ done: true, value: undefined })
  })
})
