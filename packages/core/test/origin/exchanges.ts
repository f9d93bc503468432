import type { Field } from '../../src/fields.ts'
import type { OriginRequest, OriginResponse } from '../../src/origin/exchange.ts'
import { type Reuse, reuse } from '../../src/origin/reuse.ts'
import { ORIGIN_DEFAULTS, type OriginSettings } from '../../src/origin/settings.ts'
import { type OriginVerdict, storable, type UnstorableReason } from '../../src/origin/storable.ts'

/** When the responses of these tests come. */
export const NOW: number = Date.UTC(2026, 5, 15, 12)

/** The HTTP-date so many seconds from then. */
export function dateAt(seconds: number): string {
  return new Date(NOW + seconds * 1000).toUTCString()
}

/** Fields by name; a list is as many lines. */
export type FieldsByName = Readonly<Record<string, string | readonly string[]>>

export function fieldsOf(byName: FieldsByName): readonly Field[] {
  return Object.entries(byName).flatMap(([name, value]) => [value].flat().map((line): Field => [name, line]))
}

/** A response that comes now, without delay. */
export function response(byName: FieldsByName, o: Partial<Omit<OriginResponse, 'fields'>> = {}): OriginResponse {
  return { status: 200, requestedAt: NOW, receivedAt: NOW, ...o, fields: fieldsOf(byName) }
}

export function request(headers: OriginRequest['headers'] = {}, method = 'GET'): OriginRequest {
  return { method, headers }
}

export function verdictOn(answer: OriginResponse, o: Partial<OriginSettings> = {}, asked = request()): OriginVerdict {
  return storable(asked, answer, { ...ORIGIN_DEFAULTS, ...o })
}

/** What is done with a request that comes so many seconds after a response: how that is reused, or why it was not stored. */
export function fate(
  answer: OriginResponse,
  seconds: number,
  o: Partial<OriginSettings> = {},
  asked: OriginRequest = request(),
): Reuse['kind'] | UnstorableReason {
  const verdict = verdictOn(answer, o, asked)
  return verdict.kind === 'unstorable' ? verdict.reason : reuse(verdict.life, NOW + seconds * 1000).kind
}
