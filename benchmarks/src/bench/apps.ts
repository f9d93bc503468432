import { createRenderCache } from '@ssr-cache/core'
import { expressCache } from '@ssr-cache/express-adapter'
import apicache from 'apicache'
import compression from 'compression'
import express, { type Express, type RequestHandler, type Response } from 'express'
import { CONSTANT, CONSTANT_GZIP, constantly, sendConstant } from './constant-answer.ts'
import { FRAMEWORK_APPS } from './framework-apps.ts'
import { type MakeApp, peerApps } from './peer-apps.ts'
import type { KeptPage } from './peers.ts'
import { renderer } from './rendering.ts'
import { HOST, PAGE } from './shop.ts'

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

/** With nothing left to work out at a hit. */
function endWithBytes(response: Response): void {
  sendConstant(response)
}

/** As the app without a cache sends it. */
function sendString(response: Response, { status, body }: KeptPage): void {
  response.status(status).type('html').send(body)
}

function computedPage(renderBytes: number) {
  const render = renderer(renderBytes)
  return async (url: string): Promise<KeptPage> => ({ status: 200, body: `<!-- ${url} -->${render()}` })
}

function awaitedPage() {
  return async (url: string): Promise<KeptPage> => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    return { status: 200, body: `<!-- ${url} -->${PAGE}` }
  }
}

/** All apps that are put under load: Express 5 as it comes, with one middleware, and others. */
export const APPS = {
  'res.end(buffer)': () => express().use(constantly()),
  'res.end(gzip buffer)': () => express().use(constantly(CONSTANT_GZIP)),
  'compression, res.send(string)': () =>
    express().use(compression(), (_, response) => void response.type('html').send(PAGE)),
  'compression, expressCache, hit': () =>
    express().use(
      compression(),
      cached((_, response) => void response.type('html').send(PAGE)),
    ),
  'res.send(buffer)': () => express().use((_, response) => void response.type('html').send(CONSTANT.body)),
  'res.send(string)': () => express().use((_, response) => void response.type('html').send(PAGE)),
  'expressCache, hit': () => cached((_, response) => void response.type('html').send(PAGE)),
  'apicache, hit': () => withApicache((_, response) => void response.type('html').send(PAGE)),
  'compression, apicache, hit': () =>
    express().use(
      compression(),
      withApicache((_, response) => void response.type('html').send(PAGE)),
    ),
  'computed, no cache': (bytes) => express().use(computed(bytes)),
  'computed, expressCache': (bytes) => cached(computed(bytes)),
  'computed, apicache': (bytes) => withApicache(computed(bytes)),
  'awaited, no cache': () => express().use(awaited()),
  'awaited, expressCache': () => cached(awaited()),
  'awaited, apicache': () => withApicache(awaited()),
  ...FRAMEWORK_APPS,
  ...peerApps('hit', () => async () => ({ status: 200, body: CONSTANT.body }), endWithBytes),
  ...peerApps('computed', computedPage, sendString),
  ...peerApps('awaited', awaitedPage, sendString),
} satisfies Readonly<Record<string, MakeApp>>

export type AppName = keyof typeof APPS
