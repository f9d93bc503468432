import type { Wanted } from '../rules/accept-encoding.ts'
import type { Forwarded } from '../rules/cache-status.ts'
import type { Landed } from './arrivals.ts'
import type { Finish, Opening } from './flight.ts'
import type { Keyed } from './keyed.ts'

/** What a company that waited together is given. */
export type Joint<Out> =
  /** All of them the same, as long as the log has no news since that version of its view. */
  | { readonly kind: 'same'; readonly out: Out; readonly version: number; readonly page: Landed }
  /** Each what the end of the flight is to them. */
  | { readonly kind: 'apart'; readonly finish: Finish | Opening | undefined }

/** Those who follow one flight until the same instant, by one key, for one reason, and want one form: what they are given is worked out once. */
export interface Company<Out> {
  readonly slot: Keyed
  readonly forwarded: Forwarded
  readonly wanted: Wanted | undefined
  readonly joint: Promise<Joint<Out>>
}
