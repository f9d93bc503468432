import { expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { cache, site } from '../src/origin-driven.ts'

test('an app that knows HTTP is cached by its own words: by language, until it is changed', async () => {
  await using shop = await serve(site(['shoes']))
  const visit = async (language: string) => {
    const asked = { host: 'shop.example', 'accept-language': language }
    const { text, headers } = await shop.ask('/offers', { headers: asked })
    return [text, String(headers['cache-status']).replace(/ttl=\d+/, 'ttl')]
  }
  const german = '<html lang="de">shoes'
  expect(await visit('de')).toEqual([german, 'ssr-cache; fwd=uri-miss; fwd-status=200; stored; ttl'])
  expect(await visit('de')).toEqual([german, 'ssr-cache; hit; ttl'])
  expect(await visit('en')).toEqual(['<html lang="en">shoes', 'ssr-cache; fwd=vary-miss; fwd-status=200; stored; ttl'])

  await cache.invalidate({ urls: ['/offers'] })
  await visit('de')
  while (cache.stats().background > 0) await new Promise(setImmediate)
  expect(await visit('de')).toEqual([german, 'ssr-cache; hit; ttl'])

  const headers = { host: 'shop.example', 'content-type': 'text/plain', 'content-length': '4' }
  const posted = await shop.ask('/offers', { method: 'POST', headers, body: 'hats' })
  expect([posted.status, posted.headers['cache-status']]).toEqual([303, 'ssr-cache; fwd=method; detail=method'])
  expect(await visit('de')).toEqual([
    '<html lang="de">shoes, hats',
    'ssr-cache; fwd=uri-miss; fwd-status=200; stored; ttl',
  ])
})
