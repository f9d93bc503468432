import type { KeyOptions } from './key-options.ts'

/** A header or cookie that the options put into the key. */
export interface KeyPart {
  readonly part: 'header' | 'cookie'
  /** Headers in lower case; letter case counts in cookies. */
  readonly name: string
  /** What `pageContext().variant` has it under. */
  readonly variantName: string
}

/** No header name holds a space (RFC 9110 5.1), so no header's part can be a cookie's. */
export const COOKIE = 'cookie '

/** What the options put into the key beside the URL, in their order. */
export function keyParts({
  headers = {},
  cookies = [],
}: Pick<KeyOptions, 'headers' | 'cookies'> = {}): readonly KeyPart[] {
  return [
    ...Object.keys(headers).map((sent): KeyPart => {
      const name = sent.toLowerCase()
      return { part: 'header', name, variantName: name }
    }),
    ...cookies.map((name): KeyPart => ({ part: 'cookie', name, variantName: COOKIE + name })),
  ]
}
