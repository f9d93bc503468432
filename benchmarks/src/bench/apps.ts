import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import apicache from 'apicache'
import express, { type Express, type RequestHandler } from 'express'
import { renderer } from './rendering.ts'
import { HOST, PAGE } from './shop.ts'

/** Makes an app; `renderBytes` is how much a render has to hash. */
type MakeApp = (renderBytes: number) => Express

/** What the constant answer needs to say what a hit says. */
const FIELDS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'public, max-age=0, s-maxage=86399',
  etag: 'W/"0123456789abcdefghijkl"',
  'cache-status': 'ssr-cache; hit; ttl=86399',
  'content-length': PAGE.length,
}

const BYTES = Buffer.from(PAGE)

function sendConstant(): RequestHandler {
  return (_, response) => {
    response.writeHead(200, FIELDS)
    response.end(BYTES)
  }
}

function computed(renderBytes: number): RequestHandler {
  const render = renderer(renderBytes)
  return (request, response) => {
    response.type('html').send(`<!-- ${request.url} -->${render()}`)
  }
}

function awaited(): RequestHandler {
  return (request, response) => {
    setTimeout(() => response.type('html').send(`<!-- ${request.url} -->${PAGE}`), 1)
  }
}

function cached(handler: RequestHandler): Express {
  return express().use(expressCache(createRenderCache({ hosts: [HOST], maxAge: 86_400 }), handler))
}

function withApicache(handler: RequestHandler): Express {
  return express().use(apicache.newInstance({}).middleware('1 day'), handler)
}

/** All apps that are put under load: Express 5 as it comes, with one middleware. */
export const APPS = {
  'res.end(buffer)': () => express().use(sendConstant()),
  'res.send(buffer)': () => express().use((_, response) => void response.type('html').send(BYTES)),
  'res.send(string)': () => express().use((_, response) => void response.type('html').send(PAGE)),
  'expressCache, hit': () => cached((_, response) => void response.type('html').send(PAGE)),
  'apicache, hit': () => withApicache((_, response) => void response.type('html').send(PAGE)),
  'computed, no cache': (bytes) => express().use(computed(bytes)),
  'computed, expressCache': (bytes) => cached(computed(bytes)),
  'computed, apicache': (bytes) => withApicache(computed(bytes)),
  'awaited, no cache': () => express().use(awaited()),
  'awaited, expressCache': () => cached(awaited()),
  'awaited, apicache': () => withApicache(awaited()),
} satisfies Readonly<Record<string, MakeApp>>

export type AppName = keyof typeof APPS
