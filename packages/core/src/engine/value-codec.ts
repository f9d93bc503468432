import { deserialize, serialize } from 'node:v8'
import { SsrCacheError } from '../errors.ts'
import type { WholeResponse } from '../rules/storable.ts'

/** The media type of values in a store: what no page has, and no route expects. */
export const VALUE_TYPE = 'application/x-ssr-cache-value'

/** A value as it is kept: a copy, so that nothing that the load still holds can change it. */
export function encodedValue(key: string, value: unknown): WholeResponse {
  try {
    return { status: 200, fields: [['content-type', VALUE_TYPE]], body: serialize(value) }
  } catch (cause) {
    throw new SsrCacheError(
      'ERR_SSR_CACHE_VALUE',
      `the value of ${JSON.stringify(key)} must be something that structuredClone copies, and it holds something else. Leave out functions, symbols and proxies.`,
      { cause },
    )
  }
}

/** A copy of the caller's own, with the types that the value had: Dates, Maps, typed arrays. */
export function decodedValue(body: Uint8Array): unknown {
  // Typed arrays come out as views of what they were read from.
  return deserialize(new Uint8Array(body))
}
