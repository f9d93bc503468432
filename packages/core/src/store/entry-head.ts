import { z } from 'zod'
import type { Entry, Mark, Names, StoredValue } from './entry.ts'

// What a frame says of a value in JSON: everything but the bodies. JSON keeps every string exactly, lone surrogates too.

/** The head of a page: the entry without its bodies, and how long those are. */
export interface PageHead extends Omit<Entry, 'body' | 'variants' | 'generation' | 'token'> {
  readonly full: string
  readonly epoch: string
  readonly position: number
  readonly token: string
  /** Of the identity body, in bytes. */
  readonly length: number
  readonly variants: readonly { readonly encoding: string; readonly length: number }[]
}

/** The head of a mark: all of it. */
export interface MarkHead extends Omit<Mark, 'generation' | 'token'> {
  readonly full: string
  readonly epoch: string
  readonly position: number
  readonly token: string
}

/** The head of the names of a URL's variants: all of them. */
export interface NamesHead extends Omit<Names, 'generation' | 'token'> {
  readonly full: string
  readonly epoch: string
  readonly position: number
  readonly token: string
}

export type EntryHead = PageHead | MarkHead | NamesHead

// What is longer is no token, and would take long to read.
const token = z.string().regex(/^\d{1,40}$/)
const position = z.int().min(-1)
const length = z.int().min(0)

const remarks = z.strictObject({
  maxAge: z.number().exactOptional(),
  staleWhileRevalidate: z.number().exactOptional(),
  staleIfError: z.number().exactOptional(),
  expiresAt: z.number().exactOptional(),
  etag: z.string().exactOptional(),
})

const origin = z.strictObject({
  bornAt: z.number(),
  disconnectedUntil: z.number(),
  mayBeStale: z.boolean(),
  isEncodable: z.boolean(),
})

const pageHead = z.strictObject({
  kind: z.literal('page'),
  full: z.string(),
  status: z.int().min(100).max(599),
  fields: z.array(z.tuple([z.string(), z.string()])),
  etag: z.string(),
  tags: z.array(z.string()),
  remarks: remarks.optional(),
  build: z.string(),
  epoch: z.string(),
  position,
  token,
  renderStartedAt: z.number(),
  storedAt: z.number(),
  freshUntil: z.number(),
  staleUntil: z.number(),
  errorUntil: z.number(),
  deleteAt: z.number(),
  // Left out in policy mode, as it is by versions that know no other: each reads the other's pages, and refuses what it could not serve rightly.
  origin: origin.optional(),
  length,
  variants: z.array(z.strictObject({ encoding: z.string(), length })),
})

const markHead = z.strictObject({
  kind: z.literal('mark'),
  full: z.string(),
  reason: z.string(),
  epoch: z.string(),
  position,
  token,
  storedAt: z.number(),
  deleteAt: z.number(),
})

const namesHead = z.strictObject({
  kind: z.literal('names'),
  full: z.string(),
  names: z.array(z.string()),
  status: z.int().min(100).max(599),
  epoch: z.string(),
  position,
  token,
  storedAt: z.number(),
  deleteAt: z.number(),
})

const entryHead: z.ZodType<EntryHead> = z.discriminatedUnion('kind', [pageHead, markHead, namesHead])

/** Throws where `json` is anything but the head of a value. */
export function parseHead(json: string): EntryHead {
  return entryHead.parse(JSON.parse(json))
}

export function headOf(value: StoredValue, full: string): EntryHead {
  switch (value.kind) {
    case 'page':
      return pageHeadOf(value, full)
    case 'mark':
      return markHeadOf(value, full)
    case 'names':
      return namesHeadOf(value, full)
  }
}

function pageHeadOf(entry: Entry, full: string): PageHead {
  return {
    kind: 'page',
    full,
    status: entry.status,
    fields: entry.fields,
    etag: entry.etag,
    tags: entry.tags,
    remarks: entry.remarks,
    build: entry.build,
    epoch: entry.generation.epoch,
    position: entry.generation.position,
    token: String(entry.token),
    renderStartedAt: entry.renderStartedAt,
    storedAt: entry.storedAt,
    freshUntil: entry.freshUntil,
    staleUntil: entry.staleUntil,
    errorUntil: entry.errorUntil,
    deleteAt: entry.deleteAt,
    origin: entry.origin,
    length: entry.body.byteLength,
    variants: entry.variants.map(({ encoding, body }) => ({ encoding, length: body.byteLength })),
  }
}

function markHeadOf(mark: Mark, full: string): MarkHead {
  return {
    kind: 'mark',
    full,
    reason: mark.reason,
    epoch: mark.generation.epoch,
    position: mark.generation.position,
    token: String(mark.token),
    storedAt: mark.storedAt,
    deleteAt: mark.deleteAt,
  }
}

function namesHeadOf({ kind, names, status, generation, token, storedAt, deleteAt }: Names, full: string): NamesHead {
  const { epoch, position } = generation
  return { kind, full, names, status, epoch, position, token: String(token), storedAt, deleteAt }
}
