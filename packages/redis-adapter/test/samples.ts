import type { Entry, Generation, StoreKey } from '@ssr-cache/core/store'
import { sampleKey, samplePage } from '../../core/src/testing/sample-values.ts'

/** A key of a page on an example host. */
export const keyOf: (path: string, parts?: Partial<StoreKey>) => StoreKey = sampleKey

/** A page of `text` that was rendered just now. */
export function pageOf(text: string, generation: Generation, parts: Partial<Entry> = {}): Entry {
  const body = new TextEncoder().encode(text)
  return samplePage(Date.now(), generation, { body, tags: [], remarks: undefined, ...parts })
}

export function textOf(value: unknown): string | undefined {
  const { body } = (value ?? {}) as Partial<Entry> // whatever a store gave
  return body && Buffer.from(body).toString()
}
