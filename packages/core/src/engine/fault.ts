import { STATUS_CODES } from 'node:http'
import type { Field } from '../fields.ts'
import { errorStatus } from '../rules/error-status.ts'

/** What the visitor of an app that failed is answered where no framework does it: the status, and nothing of the error. */
export interface Fault {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: Uint8Array
}

/** The answer to an error: the 4xx or 5xx that it carries, or 500. */
export function faultOf(error: unknown): Fault {
  const status = errorStatus(error)
  const body = new TextEncoder().encode(`${STATUS_CODES[status] ?? 'Error'}\n`)
  return { status, fields: FIELDS, body }
}

const FIELDS: readonly Field[] = [
  ['content-type', 'text/plain; charset=utf-8'],
  ['x-content-type-options', 'nosniff'],
]
