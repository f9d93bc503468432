import type { ServerResponse } from 'node:http'
import { discard } from '../engine/collect.ts'
import type { Field } from '../fields.ts'
import { sendRunning } from '../node/send-answer.ts'
import type { ThreadAnswer } from './thread-render.ts'

/** Writes what came out of a thread into a response of Node's, as a handler would. Rejects where it breaks off, or its visitor leaves. */
export async function sendThreadAnswer(
  { status, fields, body }: ThreadAnswer,
  response: ServerResponse,
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    discard(body)
    return
  }
  response.statusCode = status
  for (const [name, values] of byName(fields)) response.setHeader(name, values)
  if (body instanceof Uint8Array) response.end(body)
  else await sendRunning(response, body)
}

/** Set-Cookie has a line for each cookie, and other fields may have several. */
function byName(fields: readonly Field[]): ReadonlyMap<string, string | readonly string[]> {
  const lines = new Map<string, string | readonly string[]>()
  for (const [name, line] of fields) {
    const known = lines.get(name)
    lines.set(name, known === undefined ? line : [known, line].flat())
  }
  return lines
}
