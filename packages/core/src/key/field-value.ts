import { exceedsBytes } from './byte-length.ts'
import { type Refusal, refused } from './normalize-url.ts'

/** What no header section holds: controls but the tab (RFC 9110 5.5). CR, LF and NUL could end a field and begin another. */
const CONTROL = /[^\t -~\x80-\uffff]/

/** Why a value may not be part of a key: too long, or no field value. */
export function valueFault(value: string, maxBytes: number): Refusal | undefined {
  if (exceedsBytes(value, maxBytes)) return refused(431, 'value-length')
  return CONTROL.test(value) ? refused(400, 'value') : undefined
}
