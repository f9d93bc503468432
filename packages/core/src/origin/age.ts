import { deltaSeconds, MAX_SECONDS } from '../cache-control/delta-seconds.ts'
import { type Field, fieldValue } from '../fields.ts'
import { dateOf } from './dates.ts'
import type { OriginResponse } from './exchange.ts'

/** From here on an Age is what somebody wrote who could count no further: older than any lifetime (RFC 9111 1.2.2). */
const OVERFLOWN = 2_147_483_647

/** Seconds of a received Age; 0 where there is none that can be read. Of a list or several lines the first member counts (RFC 9111 5.1). */
function receivedAge(fields: readonly Field[]): number {
  const members = (fieldValue(fields, 'age') ?? '').split(',').map((member) => member.trim())
  const seconds = deltaSeconds(members.find((member) => member !== '') ?? '') ?? 0
  return seconds >= OVERFLOWN ? MAX_SECONDS : seconds
}

/** `corrected_initial_age` in milliseconds: how old a response was when it came (RFC 9111 4.2.3). */
export function initialAgeMs(response: OriginResponse): number {
  const { fields, requestedAt, receivedAt } = response
  const apparentMs = Math.max(0, receivedAt - dateOf(response))
  const responseDelayMs = Math.max(0, receivedAt - requestedAt)
  return Math.max(apparentMs, receivedAge(fields) * 1000 + responseDelayMs)
}

/** What Age says at `now` of a response that was made at `bornAt`: whole seconds, at most 2^31 (RFC 9111 5.1). */
export function ageSeconds(bornAt: number, now: number): number {
  return Math.min(MAX_SECONDS, Math.max(0, Math.floor((now - bornAt) / 1000)))
}
