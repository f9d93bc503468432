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
  const lines: string[] = []
  for (let i = 0; i < fields.length; i++) {
    const [name, value] = fields[i] as Field // i is inside the list
    lines.push(name, value)
  }
  if (length !== undefined) lines.push('content-length', String(length))
  response.writeHead(status, lines)
}
