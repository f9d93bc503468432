import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express from 'express'
import { expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { filmPages } from '../src/not-modified.ts'

test('a page whose film has not changed is fresh again without being rendered, and one whose film has is rendered', async () => {
  const renders: string[] = []
  let version = '1'
  const catalogue = {
    version: async () => version,
    html: async (film: string) => {
      renders.push(`${film} ${version}`)
      return `<h1>${film}, version ${version}</h1>`
    },
  }
  const cache = createRenderCache()
  await using site = await serve(express().use(expressCache(cache, filmPages(catalogue))))
  const visit = async () => {
    const { text, headers } = await site.ask('/films/metropolis')
    return [text, String(headers['cache-status']).replace(/ttl=\d+/, 'ttl')]
  }
  const refreshed = async () => {
    await cache.invalidate({ tags: ['film:metropolis'] })
    await visit()
    while (cache.stats().background > 0) await new Promise(setImmediate)
    return visit()
  }

  expect(await visit()).toEqual(['<h1>metropolis, version 1</h1>', 'ssr-cache; fwd=uri-miss; stored; ttl'])
  expect(await refreshed()).toEqual(['<h1>metropolis, version 1</h1>', 'ssr-cache; hit; ttl'])
  expect(renders).toEqual(['metropolis 1'])
  version = '2'
  expect(await refreshed()).toEqual(['<h1>metropolis, version 2</h1>', 'ssr-cache; hit; ttl'])
  expect(renders).toEqual(['metropolis 1', 'metropolis 2'])
  await cache.close()
})
