import { type Field, fieldValue } from '../fields.ts'
import { ageSeconds } from './age.ts'
import type { OriginResponse } from './exchange.ts'
import type { OriginLife } from './life.ts'

/**
 * What goes out with a stored response at `now`: its fields as they came, Date among them, and its Age (RFC 9111 4, 5.1). One that came without a Date is given
 * the instant at which it came (RFC 9110 6.6.1).
 */
export function servedFields(
  { fields, receivedAt }: Pick<OriginResponse, 'fields' | 'receivedAt'>,
  { bornAt }: Pick<OriginLife, 'bornAt'>,
  now: number,
): readonly Field[] {
  const served = fields.filter(([name]) => name !== 'age')
  if (fieldValue(fields, 'date') === undefined) served.push(['date', new Date(receivedAt).toUTCString()])
  served.push(['age', String(ageSeconds(bornAt, now))])
  return served
}
