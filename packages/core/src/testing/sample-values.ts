import { createHash } from 'node:crypto'
import type { Entry, Generation, Mark, Names } from '../store/entry.ts'
import type { StoreKey } from '../store/store.ts'

/** A key for `path` on an example host; two keys share an id only if told so. */
export function sampleKey(path: string, parts: Partial<StoreKey> = {}): StoreKey {
  const url = parts.url ?? `https://shop.example${path}`
  const variant = parts.variant ?? ''
  const full = parts.full ?? `${url} ${variant}`
  const id = parts.id ?? createHash('sha256').update(full).digest('hex').slice(0, 32)
  return { id, full, url, variant }
}

/** A page that was rendered at `now` and lives for a minute, plus ten minutes stale. */
export function samplePage(now: number, generation: Generation, parts: Partial<Entry> = {}): Entry {
  return {
    kind: 'page',
    status: 200,
    fields: [['content-type', 'text/html; charset=utf-8']],
    body: new TextEncoder().encode('<!doctype html><title>Movies</title>'),
    variants: [],
    etag: 'W/"c2FtcGxl"',
    tags: ['movies'],
    remarks: { maxAge: 60, etag: '"sample"' },
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

/** A hit-for-miss mark that was made at `now`. */
export function sampleMark(now: number, generation: Generation, parts: Partial<Mark> = {}): Mark {
  return { kind: 'mark', reason: 'set-cookie', generation, token: 1n, storedAt: now, deleteAt: now + 120_000, ...parts }
}

/** The names by which the responses of one URL are told apart, written at `now`. */
export function sampleNames(now: number, generation: Generation, parts: Partial<Names> = {}): Names {
  const names = ['accept-language', 'cookie']
  return { kind: 'names', names, status: 200, generation, token: 1n, storedAt: now, deleteAt: now + 660_000, ...parts }
}
