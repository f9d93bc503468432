import { describe, expect, it } from 'vitest'
import { exceedsBytes } from '../../src/key/byte-length.ts'

describe('the bytes that a text takes', () => {
  it.each(['\0', '\x7f', '\x80', '\u07ff', '\u0800', '\ud7ff', '\u{10000}', '\u{10ffff}', '\ue000', '\uffff', 'aé€😀'])(
    'are those of UTF-8: %j',
    (character) => {
      const text = character.repeat(5)
      const bytes = Buffer.byteLength(text)
      expect(exceedsBytes(text, bytes)).toBe(false)
      expect(exceedsBytes(text, bytes - 1)).toBe(true)
    },
  )
})
