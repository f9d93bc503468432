import { OutgoingMessage, ServerResponse } from 'node:http'
import type { Reply } from '../rules/reply.ts'

const { setHeader, appendHeader } = OutgoingMessage.prototype
const { writeHead, end } = ServerResponse.prototype
const storeHeader = headStep(ServerResponse.prototype)

/**
 * Whether nothing stands between an answer and the wire: no field has been set, and no code above has its own way to set one, to write a head or to end the
 * response. Then nothing can add to a head while it is written, and nobody need watch over it.
 */
export function isUntouched(response: ServerResponse): boolean {
  return (
    response.end === end &&
    response.writeHead === writeHead &&
    response.setHeader === setHeader &&
    response.appendHeader === appendHeader &&
    headStep(response) === storeHeader &&
    response.getHeaderNames().length === 0
  )
}

/** Writes a head at once, without laying it down field by field: that took a sixth of a hit. Throws where a field cannot be written, and leaves none. */
export function writeWholeHead(response: ServerResponse, { status, fields, length }: Reply): void {
  const lines: string[] = []
  for (const [name, value] of fields) lines.push(name, value)
  if (length !== undefined) lines.push('content-length', String(length))
  response.writeHead(status, lines)
}

/** The step that guards take the place of. Not in Node's types. */
function headStep(response: object): unknown {
  return (response as { readonly _storeHeader?: unknown })._storeHeader
}
