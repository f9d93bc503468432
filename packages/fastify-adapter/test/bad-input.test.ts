import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, test } from 'vitest'
import { crowd, isHit, open, type Shop } from './shop.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const SESSION = { cookie: 'sid=1' }

/** What a log has of one line. */
interface Line {
  readonly level: number
  readonly msg: string
  readonly reqId?: string
  readonly req?: { readonly url: string }
  readonly err?: { readonly message: string }
}

/** A shop with one page, whose log is kept. */
async function openLogged(
  handler: Handler,
  options = {},
  above: (app: FastifyInstance) => void = () => {},
): Promise<Shop & { readonly log: readonly Line[] }> {
  const log: Line[] = []
  const stream = { write: (line: string) => void log.push(JSON.parse(line)) }
  const shop = await open({
    above,
    pages(app) {
      app.get('/page', handler as never)
      app.get('/well', (_request, reply) => reply.type('text/html').send('<p>well</p>'))
    },
    server: { logger: { level: 'info', stream } },
    cache: { storeTimeoutMs: 50, ...options },
  })
  return { ...shop, log }
}

/** The paths of requests that a line of warning or error was logged for. */
function blamed(log: readonly Line[]): ReadonlySet<string | undefined> {
  const paths = new Map(log.filter(({ req }) => req !== undefined).map(({ reqId, req }) => [reqId, req?.url]))
  return new Set(log.filter(({ level }) => level >= 40).map(({ reqId }) => paths.get(reqId)))
}

const html = (reply: FastifyReply): FastifyReply => reply.type('text/html')

const brokenOff = async function* () {
  yield '<p>half'
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error('the database is down')
}

/** What a handler must not do, after which its page is nobody's. */
const WRONGS: Readonly<Record<string, Handler>> = {
  'destroys its stream': (_, reply) => {
    const stream = new Readable({ read() {} })
    stream.push('<p>half')
    setImmediate(() => stream.destroy())
    return html(reply).send(stream)
  },
  'breaks off its stream': (_, reply) => html(reply).send(Readable.from(brokenOff())),
  'breaks off its web stream': (_, reply) => html(reply).send(ReadableStream.from(brokenOff())),
  'destroys its response': (_, reply) => {
    reply.hijack()
    reply.raw.setHeader('content-type', 'text/html').write('<p>half')
    reply.raw.destroy(new Error('no more'))
  },
  'writes after the end': (_, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.setHeader('content-type', 'text/html').end('<p>whole</p>')
    raw.write('more')
    raw.end('and more')
  },
  'sends two Content-Lengths': (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, ['Content-Type', 'text/html', 'Content-Length', '4', 'Content-Length', '5']).end('<p>4')
  },
  'sends more than its Content-Length': (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': 4 }).end('<p>more</p>')
  },
  'sends less than its Content-Length': (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': 40 }).end('<p>less</p>')
  },
  'sends a field that cannot be sent': (_, reply) => html(reply).header('x-name', 'a\nb').send('<p>'),
  'sends what is no payload': (_, reply) => html(reply).send(42),
}

describe('a handler that does wrong in a shared render: an answer, a word in the log, nothing kept', () => {
  test.each(Object.entries(WRONGS))('%s', async (_, handler) => {
    await using shop = await openLogged(handler)
    for (const _ of ['first', 'second']) {
      const { status, headers, cutOff } = await shop.get('/page')
      expect([status, headers['cache-control'], cutOff]).toEqual([500, 'private, no-store', false])
    }
    expect([...blamed(shop.log)]).toContain('/page')
    expect(isHit(await shop.get('/page'))).toBe(false)
    expect((await shop.get('/well')).text).toBe('<p>well</p>')
  })

  test('never answers: everyone is let go at the time limit, and the render at its deadline (C4, O7)', async () => {
    const { arrive, everyone } = crowd(2)
    const admission = { timeoutMs: 1_000, deadlineMs: 5_000 }
    await using shop = await openLogged(() => new Promise(() => {}), { admission }, arrive)
    const waiting = Promise.all([shop.get('/page'), shop.get('/page')])
    await everyone
    shop.clock.advance(1_000)
    for (const { status, headers } of await waiting) {
      expect([status, headers['cache-control']]).toEqual([503, 'no-store'])
      expect(headers['retry-after']).toBeDefined()
    }
    shop.clock.advance(5_000)
    await until(() => shop.cache.stats().renders.running === 0)
    expect((await shop.get('/well')).text).toBe('<p>well</p>')
  })
})

/** What changes nothing of a page that is whole. */
const LATE: Readonly<Record<string, Handler>> = {
  'sends twice': (_, reply) => {
    html(reply).send('<p>whole</p>')
    return reply.send('more')
  },
  'sends, and throws then': (_, reply) => {
    html(reply).send('<p>whole</p>')
    throw new Error('too late')
  },
  'sends, and rejects then': async (_, reply) => {
    html(reply).send('<p>whole</p>')
    await new Promise((resolve) => setImmediate(resolve))
    throw new Error('too late')
  },
}

describe('what comes after the end of a page changes nothing', () => {
  test.each(Object.entries(LATE))('%s', async (_, handler) => {
    await using shop = await openLogged(handler)
    const replies = [await shop.get('/page'), await shop.get('/page')]
    expect(replies.map(({ text }) => text)).toEqual(['<p>whole</p>', '<p>whole</p>'])
    expect(replies.map(isHit)).toEqual([false, true])
  })
})

describe('a handler that does wrong while it answers one visitor: the process lives, and others are answered', () => {
  test.each(Object.entries({ ...WRONGS, ...LATE }))('%s', async (_, handler) => {
    await using shop = await openLogged(handler)
    const told = await shop.get('/page', SESSION).catch(() => undefined)
    // Where a head was on its way already, the connection ends.
    if (told !== undefined) expect(told.headers['cache-control']).toBe('private, no-store')
    expect((await shop.get('/well')).text).toBe('<p>well</p>')
    expect(shop.cache.stats().bypasses.running).toBe(0)
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
