import { headerValue, type RequestHeaders } from '../request.ts'
import { valueFault } from './field-value.ts'
import type { KeySettings } from './key-settings.ts'

/** Adds the headers that reach a render although no key holds them, each only where its value is what it should be: one visitor sent it for everybody. */
export function passThrough(
  into: Record<string, string>,
  from: RequestHeaders,
  { passThrough: names, maxValueBytes }: Pick<KeySettings, 'passThrough' | 'maxValueBytes'>,
): void {
  // Without its parent, a tracestate says nothing (Trace Context 3.3).
  const isTraced = TRACEPARENT.test(`${headerValue(from, 'traceparent')}`)
  const isFit = (name: string, value: string): boolean => {
    if (name === 'traceparent') return isTraced
    if (name === 'tracestate') return isTraced && TRACESTATE.test(value)
    return valueFault(value, maxValueBytes) === undefined
  }
  for (const name of names) {
    const value = headerValue(from, name)
    if (value !== undefined && isFit(name, value)) into[name] = value
  }
}

/** W3C Trace Context 3.2: version, trace, parent and flags. */
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/

/** W3C Trace Context 3.3.1.5: printable ASCII, of which 512 characters must be passed on. */
const TRACESTATE = /^[ -~]{1,512}$/
