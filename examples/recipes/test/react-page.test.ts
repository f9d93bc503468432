import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import express, { type ErrorRequestHandler } from 'express'
import { expect, test } from 'vitest'
import { serve } from '../../../test-utils/serve.ts'
import { pages } from '../src/react-page.tsx'

const html = { accept: 'text/html' }
const told: ErrorRequestHandler = (error, _request, response, _next) => void response.status(500).send(String(error))

test('a page of React is kept with what its boundaries waited for (R8, A1)', async () => {
  const cache = createRenderCache({ logger: silent })
  await using site = await serve(express().use(expressCache(cache, pages)))
  const first = await site.ask('/films', { headers: html })
  const second = await site.ask('/films', { headers: html })

  expect(first.text).toContain('4 of 5 stars')
  expect(first.text).not.toContain('Loading')
  expect(first.headers['cache-status']).toContain('stored')
  expect(second.headers['cache-status']).toContain('hit')
  expect(second.text).toBe(first.text)
})

test('a page of React with a hole in it is an error, and is not kept (I5)', async () => {
  const cache = createRenderCache({ logger: silent })
  await using site = await serve(express().use(expressCache(cache, pages)).use(told))
  const [first, second] = [await site.ask('/broken', { headers: html }), await site.ask('/broken', { headers: html })]

  expect([first.status, second.status]).toEqual([500, 500])
  expect(first.text).toContain('the reviews cannot be had')
  expect(cache.stats().routes['*']?.renders).toBe(2)
})

const silent = { debug() {}, info() {}, warn() {}, error() {} }
