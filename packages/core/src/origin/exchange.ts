import type { Field } from '../fields.ts'
import type { RequestHeaders } from '../request.ts'

/** A request to the app, as far as its answer's fate depends on it. Methods are case-sensitive (RFC 9110 9.1). */
export interface OriginRequest {
  readonly method: string
  readonly headers: RequestHeaders
}

/** What the app answered, and when it was asked and answered: epoch milliseconds of our own clock (RFC 9111 4.2.3). */
export interface OriginResponse {
  readonly status: number
  readonly fields: readonly Field[]
  /** When the request went out. */
  readonly requestedAt: number
  /** When the head of the answer was there. */
  readonly receivedAt: number
}
