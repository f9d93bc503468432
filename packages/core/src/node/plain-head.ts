import { OutgoingMessage, ServerResponse } from 'node:http'
import type { Field } from '../fields.ts'
import { isLifetimeField } from '../rules/downstream.ts'
import type { Reply } from '../rules/reply.ts'

const { setHeader, appendHeader } = OutgoingMessage.prototype
const { writeHead, end } = ServerResponse.prototype

/**
 * Whether no code above has its own way to set a field, to write a head or to end the response. Then nothing can add to a head while it is written, and what
 * has been set before is all that there is to look at.
 */
export function isUntouched(response: ServerResponse): boolean {
  return (
    response.end === end &&
    response.writeHead === writeHead &&
    response.setHeader === setHeader &&
    response.appendHeader === appendHeader
  )
}

/** Whether fields that code above has set leave it open who may keep the answer, and for how long. */
export function areNeutral(names: readonly string[]): boolean {
  for (const name of names) if (WEIGHTY.has(name) || isLifetimeField(name)) return false
  return true
}

/** A cookie makes a page private, and so does a nonce. */
const WEIGHTY: ReadonlySet<string> = new Set([
  'set-cookie',
  'content-security-policy',
  'content-security-policy-report-only',
])

/** Writes a head at once where no field has been set before: to lay it down field by field took a sixth of a hit. Leaves no field where one cannot be written. */
export function writeWholeHead(response: ServerResponse, { status, fields, length }: Reply): void {
  // A 304 and a part have fields that were chosen for this one visitor.
  const lines = status === 304 || status === 206 ? linesOf(fields, length) : knownLines(fields, length)
  response.writeHead(status, lines)
}

// What is kept has the same fields for as long as a second: to put them in a row took a fifth of what a hit costs beyond Node's own part.
const known = new WeakMap<readonly Field[], { readonly lines: string[]; readonly length: number | undefined }>()

function knownLines(fields: readonly Field[], length: number | undefined): string[] {
  const found = known.get(fields)
  // One page's fields may go out with its body, or with a stream of which nobody knows the length.
  if (found !== undefined && found.length === length) return found.lines
  const lines = linesOf(fields, length)
  known.set(fields, { lines, length })
  return lines
}

/** Names and values in turn, as Node takes them. */
function linesOf(fields: readonly Field[], length: number | undefined): string[] {
  const lines = fields.flat()
  if (length !== undefined) lines.push('content-length', String(length))
  return lines
}
