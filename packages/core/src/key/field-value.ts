import { exceedsBytes } from './byte-length.ts'
import { type Refusal, refused } from './normalize-url.ts'

/** Whether a value could stand in a header section: no control but the tab (RFC 9110 5.5). CR, LF and NUL could end a field and begin another. */
function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return false
  }
  return true
}

/** Why a value may not be part of a key: too long, or no field value. */
export function valueFault(value: string, maxBytes: number): Refusal | undefined {
  if (exceedsBytes(value, maxBytes)) return refused(431, 'value-length')
  return isFieldValue(value) ? undefined : refused(400, 'value')
}
