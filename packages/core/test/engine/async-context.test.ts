import { AsyncLocalStorage } from 'node:async_hooks'
import { pageContext } from '@ssr-cache/core'
import { describe, expect, test } from 'vitest'
import { openShop, request } from './harness.ts'

const visitor = new AsyncLocalStorage<string>()
const encoder = new TextEncoder()

const say = (): Uint8Array => {
  pageContext()?.tag('late')
  return encoder.encode(`<p>${visitor.getStore() ?? 'nobody'}, in a page: ${pageContext() !== undefined}`)
}

/** Bodies that are made while they are read. */
const BODIES: Readonly<Record<string, () => Response>> = {
  'a web stream': () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      controller.enqueue(say())
      controller.close()
    }
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
      headers: { 'content-type': 'text/html' },
    })
  },
  'a web stream that takes its time': () => {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      await Promise.resolve()
      controller.enqueue(say())
      controller.close()
    }
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), {
      headers: { 'content-type': 'text/html' },
    })
  },
}

describe('a shared render runs in nobody’s async context (I3)', () => {
  test.each(Object.keys(BODIES))('to the last byte of %s, and what it says on its way counts (V3)', async (name) => {
    const shop = openShop()
    const body = BODIES[name] as () => Response // one of the table's
    const ask = (who: string): Promise<string> =>
      visitor.run(who, async () => (await shop.cache.handle(request('/a'), body)).text())
    expect(await ask('Ada')).toBe('<p>nobody, in a page: true')
    expect(await ask('Bo')).toBe('<p>nobody, in a page: true')
    await shop.cache.purge({ tags: ['late'] })
    expect((await shop.cache.explain(request('/a'))).page?.state).toBe('expired')
  })

  test('nor is what is too large to be kept read in its reader’s', async () => {
    const shop = openShop({ maxPageBytes: 10 })
    const ask = visitor.run('Ada', () => shop.cache.handle(request('/a'), BODIES['a web stream'] as () => Response))
    const page = await ask
    expect(await visitor.run('Bo', () => page.text())).toBe('<p>nobody, in a page: true')
  })
})
