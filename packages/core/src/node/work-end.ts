import type { IncomingMessage, ServerResponse } from 'node:http'
import { Head } from './head.ts'
import { hookHead } from './head-hook.ts'

/**
 * Calls `done` as soon as the app has ended a response, or its connection is closed: how long a client takes to read it is no work of the app. What goes on
 * for as long as the client likes, by its status or type, is over with its head. `done` may be called more than once.
 */
export function onWorkEnd(response: ServerResponse, done: () => void): void {
  response.once('close', done)
  hookHead(response, (write, headers) => {
    write(headers)
    if (isLongLived(response, new Head(response, headers))) done()
  })
  // Not by 'prefinish' or 'finish': a response that waits for its turn on the connection, or for a compressor that waits for the client, has them later.
  const { end } = response
  response.end = (...given: unknown[]) => {
    Reflect.apply(end, response, given)
    done()
    return response
  }
}

/** Whether the server has given the connection of a request away ('upgrade'): its response goes nowhere, and is never closed. Asking for it is not enough. */
export function isHandedOver(request: IncomingMessage): boolean {
  return (request as IncomingMessage & { readonly upgrade?: unknown }).upgrade === true // Node's parser sets it; not in its types
}

/** What the app says, not what a client asks for: by its own word a client could get round the cap. */
function isLongLived({ statusCode }: ServerResponse, head: Head): boolean {
  return statusCode === 101 || /^\s*text\/event-stream\s*(;|$)/i.test(head.value('content-type') ?? '')
}
