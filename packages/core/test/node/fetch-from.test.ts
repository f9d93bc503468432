import { createRenderCache } from '@ssr-cache/core'
import { fetchFrom, type NodeApp } from '@ssr-cache/core/node'
import { expect, test } from 'vitest'

const app: NodeApp = (request, response) => {
  const { host, 'accept-language': language } = request.headers
  if (request.url === '/gone') {
    response.statusCode = 204
    response.end()
    return
  }
  response.setHeader('set-cookie', ['a=1', 'b=2'])
  response.setHeader('content-type', 'text/html')
  response.write(`<p>${request.method} ${host}${request.url} ${language}`)
  response.end('</p>')
}

test('an app of this process is asked without a socket: URL, host and headers in, status, fields and bytes out', async () => {
  const fetch = fetchFrom(app)
  const response = await fetch(new Request('https://shop.example:8443/a?b=1', { headers: { 'accept-language': 'de' } }))
  expect(response.status).toBe(200)
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await response.text()).toBe('<p>GET shop.example:8443/a?b=1 de</p>')
})

test('an answer without a body has none', async () => {
  const response = await fetchFrom(app)(new Request('https://shop.example/gone'))
  expect([response.status, response.body]).toEqual([204, null])
})

test('what the app throws before its answer is thrown, and an answer that breaks off breaks off', async () => {
  const thrown = fetchFrom(() => {
    throw new Error('no data')
  })
  await expect(thrown(new Request('https://shop.example/'))).rejects.toThrow('no data')
  const cut = fetchFrom((_, response) => {
    response.write('<p>')
    setImmediate(() => response.destroy())
  })
  await expect((await cut(new Request('https://shop.example/'))).text()).rejects.toThrow()
})

test('an async app that fails before its answer is a failure, and after its answer harms nobody (I9)', async () => {
  const failing = fetchFrom(async () => {
    await Promise.resolve()
    throw new Error('no data')
  })
  await expect(failing(new Request('https://shop.example/'))).rejects.toThrow('no data')
  const late = fetchFrom(async (_, response) => {
    response.end('<p>')
    await Promise.resolve()
    throw new Error('too late')
  })
  expect(await (await late(new Request('https://shop.example/'))).text()).toBe('<p>')
})

test('an async app that fails amid its answer breaks it off', async () => {
  const cut = fetchFrom(async (_, response) => {
    response.write('<p>')
    await new Promise(setImmediate)
    throw new Error('no data')
  })
  await expect((await cut(new Request('https://shop.example/'))).text()).rejects.toThrow()
})

test('only GET can be asked for', async () => {
  const posted = fetchFrom(app)(new Request('https://shop.example/', { method: 'POST', body: 'x' }))
  await expect(posted).rejects.toMatchObject({ code: 'ERR_SSR_CACHE_REQUEST' })
})

test('a page whose reader goes away harms nobody (I9)', async () => {
  const cache = createRenderCache()
  const streamed = fetchFrom(app)
  const response = await streamed(new Request('https://shop.example/a'))
  await response.body?.cancel()
  await cache.close()
})
