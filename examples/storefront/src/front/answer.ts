import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** A request that can be asked of one process after another: all of it is here. */
export interface Question {
  readonly method: string
  readonly url: string
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

/** An answer that has arrived as a whole. */
export interface Answer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

/** Longer than the shop lets a visitor wait (`admission.timeoutMs`): whoever says nothing for so long is no longer there. */
const SILENCE_MS = 10_000

/** Speaks of one connection, and does not go on to the next (RFC 9110 7.6.1). */
const OF_ONE_CONNECTION = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

export function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_CONNECTION.has(name)))
}

/** Asks the process on `port`. Rejects where it is gone, falls silent, or breaks off in the middle of its answer. */
export function ask(port: number, { method, url, headers, body }: Question, agent: Agent | false): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asking = request({ host: '127.0.0.1', port, method, path: url, headers, agent }, (response) => {
    buffer(response).then((all) => {
      resolve({ status: response.statusCode ?? 502, headers: endToEnd(response.headers), body: all })
    }, reject)
  })
  asking.setTimeout(SILENCE_MS, () => asking.destroy(new Error(`no answer within ${SILENCE_MS} ms`)))
  asking.on('error', reject).end(body)
  return promise
}
