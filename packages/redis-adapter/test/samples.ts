import { hash } from 'node:crypto'
import type { Entry, Generation, StoreKey } from '@ssr-cache/core/store'

/** A key of a page on an example host. */
export function keyOf(path: string, parts: Partial<StoreKey> = {}): StoreKey {
  const url = parts.url ?? `https://shop.example${path}`
  const variant = parts.variant ?? ''
  const full = parts.full ?? `${url} ${variant}`
  return { id: parts.id ?? hash('sha256', full).slice(0, 32), full, url, variant }
}

/** A page of `text` that was rendered just now. */
export function pageOf(text: string, generation: Generation, parts: Partial<Entry> = {}): Entry {
  const now = Date.now()
  return {
    kind: 'page',
    status: 200,
    fields: [['content-type', 'text/html; charset=utf-8']],
    body: new TextEncoder().encode(text),
    variants: [],
    etag: 'W/"c2FtcGxl"',
    tags: [],
    build: '',
    generation,
    token: 1n,
    renderStartedAt: now,
    storedAt: now,
    freshUntil: now + 60_000,
    staleUntil: now + 660_000,
    errorUntil: now + 660_000,
    deleteAt: now + 660_000,
    ...parts,
  }
}

export function textOf(value: unknown): string | undefined {
  const { body } = (value ?? {}) as Partial<Entry> // whatever a store gave
  return body && Buffer.from(body).toString()
}
