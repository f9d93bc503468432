// One node of a fleet: an app behind the cache, on a store in Redis. Whatever it renders it asks of its test, which thereby counts and times it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { argv } from 'node:process'
import { type Clock, createRenderCache, memoryStore, pageContext, systemClock, tieredStore } from '@ssr-cache/core'
import { redisStore } from '@ssr-cache/redis-adapter'
import type { FromNode, Made, NodeCalls, NodeReport, NodeSettings, ToNode } from './messages.ts'

const {
  url,
  near = false,
  skewMs = 0,
  store: storeOptions = {},
  cache: cacheOptions = {},
} = JSON.parse(argv[2] ?? '') as NodeSettings // written by FleetNode

process.on('uncaughtException', (error) => tell({ kind: 'fault', text: `uncaught: ${error.stack}` }))
process.on('unhandledRejection', (error) => {
  tell({ kind: 'fault', text: `unhandled: ${error instanceof Error ? error.stack : error}` })
})
// Listeners that pile up are told of in this way only.
process.on('warning', ({ name, message }) => {
  if (name === 'MaxListenersExceededWarning') tell({ kind: 'fault', text: message })
})
process.on('disconnect', () => process.exit())

const clock: Clock = { ...systemClock, now: () => Date.now() + skewMs }
const logger = { debug() {}, info() {}, warn() {}, error() {} }
const redis = redisStore({ url, clock, logger, ...storeOptions })
const store = near ? tieredStore(memoryStore({ clock }), redis) : redis
const cache = createRenderCache({
  ...cacheOptions,
  store,
  clock,
  hosts: ['fleet.example'],
  routes: [{ match: '/known/:id', tags: ({ id }) => [`known:${id}`] }],
  logger,
})

const storeErrors: Record<string, number> = {}
cache.events.on('store-error', ({ operation }) => {
  storeErrors[operation] = (storeErrors[operation] ?? 0) + 1
})

const begun = new Map<number, (made: Made) => void>()
let lastId = 0

function asked(of: string): Promise<Made> {
  const id = ++lastId
  tell({ kind: 'begun', id, of })
  return new Promise((resolve) => begun.set(id, resolve))
}

const OF_VALUE = '/of-value/'

/** A page whose path ends in a value's name is made of that value; any other is made as the test says. */
async function app({ url: path = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const made = path.startsWith(OF_VALUE) ? await ofValue(path) : await asked(path)
  const { body, status = 200, tags = [], isPrivate = false, busyMs = 0 } = made
  block(busyMs)
  for (const tag of tags) pageContext()?.tag(tag)
  if (isPrivate) pageContext()?.private()
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(body)
}

async function ofValue(path: string): Promise<Made> {
  const [name = ''] = path.slice(OF_VALUE.length).split('?', 1)
  const { value } = await cache.value(name, { maxAge: 600, tags: [`value:${name}`] }, async () => {
    return { value: (await asked(`value ${name}`)).body }
  })
  return { body: value }
}

const calls: { readonly [Name in keyof NodeCalls]: (argument: NodeCalls[Name]['argument']) => unknown } = {
  invalidate: (what) => cache.invalidate(what),
  purge: (what) => cache.purge(what),
  report,
  block,
}

function report(): NodeReport {
  const stats = cache.stats()
  const handles = process.getActiveResourcesInfo().length
  return {
    state: redis.stats().state,
    storeErrors,
    flights: stats.flights,
    background: stats.background,
    handles,
    stats,
  }
}

function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

async function call({ id, name, argument }: ToNode & { kind: 'call' }): Promise<void> {
  try {
    tell({ kind: 'returned', id, result: await calls[name](argument as never) }) // what the name takes, by FleetNode.call
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string } // nothing else is thrown
    tell({ kind: 'rejected', id, code, message })
  }
}

/** Nothing ends the process: it goes when nothing is left running. */
async function close(): Promise<void> {
  server.close()
  server.closeIdleConnections()
  await cache.close({ limitMs: 1_000 })
  process.removeAllListeners('disconnect')
  process.disconnect()
}

process.on('message', (message: ToNode) => {
  if (message.kind === 'call') void call(message)
  if (message.kind === 'close') void close()
  if (message.kind !== 'made') return
  begun.get(message.id)?.(message.made)
  begun.delete(message.id)
})

const server = createServer(cache.node(app))
server.listen(0, '127.0.0.1', () => tell({ kind: 'listening', port: (server.address() as AddressInfo).port })) // it listens on a port

function tell(message: FromNode): void {
  process.send?.(message)
}
