import { Agent, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type Answer, ask, endToEnd, type Question } from './answer.ts'

/** A process that serves the shop. */
export interface FrontNode {
  readonly name: string
  readonly port: number
}

export interface Served {
  readonly node: FrontNode
  readonly method: string
  readonly url: string
  readonly answer: Answer
}

export interface FrontOptions {
  /** Those that serve at this moment, always in the same order. */
  readonly nodes: () => readonly FrontNode[]
  /** Told of every answer. */
  readonly served: (what: Served) => void
}

/** What may be asked twice (RFC 9110 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])
/** More than any form of the shop. */
const MOST_BODY_BYTES = 1_000_000

/**
 * Shares requests among the processes in turn. An answer is sent on when all of it is there: where a process dies over it, another one is asked instead,
 * and the visitor sees nothing of it. A front for more than a demonstration would send large answers on as they come.
 */
export function createFront({ nodes, served }: FrontOptions): RequestListener {
  // Not for what is asked only once: the other side may close a kept connection while that is on its way.
  const agent = new Agent({ keepAlive: true })
  let turn = 0

  /** From another one each time, through all of them. */
  function inTurn(): readonly FrontNode[] {
    const all = nodes()
    const first = all.length === 0 ? 0 : turn++ % all.length
    return [...all.slice(first), ...all.slice(0, first)]
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES) return sayWhyNot(response, 413)
    const { method = 'GET', url = '/' } = request
    const question = { method, url, headers: endToEnd(request.headers), body: await buffer(request) }
    for (const node of inTurn()) {
      const given = await ask(node.port, question, IDEMPOTENT.has(method) && agent).catch((error: unknown) =>
        passOver(question, error),
      )
      if (given === 'next') continue
      if (given === 'lost') return sayWhyNot(response, 502)
      served({ node, method, url, answer: given })
      return send(response, given, method)
    }
    sayWhyNot(response, 503)
  }

  return (request, response) => {
    // Only the visitor's own connection fails here.
    answer(request, response).catch(() => response.destroy())
  }
}

/** Whether the next process may be asked the same, or this one may have done already what must not be done twice. */
function passOver({ method }: Question, error: unknown): 'next' | 'lost' {
  const neverArrived = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
  return neverArrived || IDEMPOTENT.has(method) ? 'next' : 'lost'
}

function send(response: ServerResponse, { status, headers, body }: Answer, method: string): void {
  const mayHaveBody = method !== 'HEAD' && status !== 204 && status !== 304
  response.writeHead(status, mayHaveBody ? { ...headers, 'content-length': body.byteLength } : headers)
  response.end(mayHaveBody ? body : undefined)
}

function sayWhyNot(response: ServerResponse, status: 413 | 502 | 503): void {
  const said = {
    413: 'That is too much.',
    502: 'The process that did this has ended.',
    503: 'No process serves just now.',
  }
  const retry = status === 503 ? { 'retry-after': '1' } : {}
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store', ...retry })
  response.end(`${said[status]}\n`)
}
