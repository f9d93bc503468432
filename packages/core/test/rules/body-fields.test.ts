import { expect, test } from 'vitest'
import { isBodyField, measuresBytes } from '../../src/rules/body-fields.ts'

test.each([
  ['content-type', true, false],
  ['content-language', true, false],
  ['content-encoding', true, true],
  ['content-length', true, true],
  ['content-range', true, true],
  ['content-location', false, false],
  ['etag', false, false],
])(
  '%s describes a body: %s; says how its very bytes are written: %s (RFC 9110 15.4.5, RFC 9111 3.2)',
  (name, describes, measures) => {
    expect([isBodyField(name), measuresBytes(name)]).toEqual([describes, measures])
  },
)
