import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { type Asked, type Site, serve } from '../../../test-utils/serve.ts'
import { createFront, type FrontNode, type Served } from '../src/front/front.ts'
import { servedLine } from '../src/front/served-line.ts'

const open: Site[] = []
afterEach(async () => {
  for (const site of open.splice(0)) await site[Symbol.asyncDispose]()
})

async function opened(listener: RequestListener): Promise<Site> {
  const site = await serve(listener)
  open.push(site)
  return site
}

/** A front before processes that answer as told, and what it has said of them. */
async function frontBefore(...listeners: RequestListener[]) {
  const nodes: FrontNode[] = []
  for (const [i, listener] of listeners.entries()) {
    nodes.push({ name: `node ${i + 1}`, port: (await opened(listener)).port })
  }
  const served: Served[] = []
  const front = await opened(createFront({ nodes: () => nodes, served: (what) => served.push(what) }))
  return {
    nodes,
    served,
    by: () => served.map(({ node }) => node.name),
    ask: (path: string, o?: Asked) => front.ask(path, o),
  }
}

const answers: RequestListener = ({ url }, response) => {
  response.setHeader('content-type', 'text/html')
  response.end(`page of ${url}`)
}
const dies: RequestListener = ({ socket }) => void socket.destroy()
const diesInTheMiddle: RequestListener = ({ socket }, response) => {
  response.writeHead(200, { 'content-type': 'text/html', 'content-length': 100 })
  response.write('half of a page', () => socket.destroy())
}

describe('the front of several processes', () => {
  it('asks them in turn', async () => {
    const front = await frontBefore(answers, answers, answers)
    for (let i = 0; i < 6; i++) expect((await front.ask('/a?b')).text).toBe('page of /a?b')
    expect(front.by()).toEqual(['node 1', 'node 2', 'node 3', 'node 1', 'node 2', 'node 3'])
  })

  it.each([
    ['dies over the request', dies],
    ['dies in the middle of its answer', diesInTheMiddle],
  ])('asks another one where the first %s: the visitor has the whole page', async (_, dying) => {
    const front = await frontBefore(dying, answers)
    const { status, text, cutOff } = await front.ask('/a')
    expect([status, text, cutOff]).toEqual([200, 'page of /a', false])
    expect(front.by()).toEqual(['node 2'])
  })

  it('asks another one where nobody listens any more, whatever the method', async () => {
    const front = await frontBefore(answers, answers)
    await open[0]!.server.close()
    expect((await front.ask('/a', { method: 'POST', body: 'x=1' })).text).toBe('page of /a')
    expect(front.by()).toEqual(['node 2'])
  })

  it('does not send a form twice where a process has died over it: it may have been taken', async () => {
    const front = await frontBefore(dies, answers)
    expect((await front.ask('/login', { method: 'POST', body: 'name=Ada' })).status).toBe(502)
    expect(front.by()).toEqual([])
  })

  it('says that nobody serves, and that nobody may keep that', async () => {
    const { status, headers } = await (await frontBefore(dies)).ask('/a')
    expect([status, headers['cache-control'], headers['retry-after']]).toEqual([503, 'no-store', '1'])
    expect((await (await frontBefore()).ask('/a')).status).toBe(503)
  })

  it('passes on what was asked and what was answered, but for what speaks of one connection', async () => {
    const front = await frontBefore(async (request, response) => {
      const body = await request.toArray()
      const { host, 'x-sent': sent, connection } = request.headers
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'], 'x-node': 'yes', 'keep-alive': 'timeout=99' })
      response.end(
        JSON.stringify({ method: request.method, host, sent, connection, body: Buffer.concat(body).toString() }),
      )
    })
    const headers = { host: 'shop.example', 'x-sent': 'yes', connection: 'close' }
    const reply = await front.ask('/a', { method: 'POST', headers, body: 'x=1' })
    expect(reply.status).toBe(201)
    expect(reply.headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-node': 'yes' })
    expect(reply.headers['keep-alive']).not.toBe('timeout=99')
    expect(JSON.parse(reply.text)).toMatchObject({ method: 'POST', host: 'shop.example', sent: 'yes', body: 'x=1' })
  })

  it.each([
    ['HEAD', 200],
    ['GET', 304],
    ['GET', 204],
  ])('an answer to %s with %i has no body', async (method, status) => {
    const front = await frontBefore((_request, response) => void response.writeHead(status, { etag: 'W/"a"' }).end())
    const reply = await front.ask('/a', { method })
    expect([reply.status, reply.headers.etag, reply.text, reply.cutOff]).toEqual([status, 'W/"a"', '', false])
  })

  it('turns away what is larger than any form', async () => {
    const front = await frontBefore(answers)
    const headers = { 'content-length': '1000001' }
    expect((await front.ask('/login', { method: 'POST', headers })).status).toBe(413)
  })
})

describe('the line of an answer', () => {
  const said = (headers: Record<string, string>) => {
    const answer = { status: 200, headers, body: Buffer.alloc(0) }
    return servedLine({ node: { name: 'node 2', port: 1 }, method: 'GET', url: '/a', answer })
  }

  it('names who has served a page, and whether it was kept', () => {
    expect(said({ 'content-type': 'text/html; charset=utf-8', 'cache-status': 'ssr-cache; hit; ttl=297' })).toBe(
      'node 2  served    GET /a  200  hit; ttl=297',
    )
    expect(said({ 'content-type': 'text/html' })).toBe('node 2  served    GET /a  200')
  })

  it('is none for scripts and styles', () => {
    expect(said({ 'content-type': 'text/javascript' })).toBeUndefined()
    expect(said({})).toBeUndefined()
  })
})
