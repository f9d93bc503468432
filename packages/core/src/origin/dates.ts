import { type Field, fieldValue } from '../fields.ts'
import { httpDate } from '../rules/http-date.ts'
import type { OriginResponse } from './exchange.ts'

/** The instant that a date field names; `undefined` where it is missing, no HTTP-date, or there several times (RFC 9110 5.6.7). */
export function dateField(fields: readonly Field[], name: string, now: number): number | undefined {
  const text = fieldValue(fields, name)
  return text === undefined ? undefined : httpDate(text, now)
}

/** `date_value`: what Date says, or when the response was received (RFC 9110 6.6.1, RFC 9111 4.2.3). */
export function dateOf({ fields, receivedAt }: Pick<OriginResponse, 'fields' | 'receivedAt'>): number {
  return dateField(fields, 'date', receivedAt) ?? receivedAt
}
