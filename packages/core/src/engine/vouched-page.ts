import type { PreviousPage } from '../context/previous-page.ts'
import { type Field, fieldValue } from '../fields.ts'
import { entityTag, lastModified } from '../origin/validation.ts'
import { measuresBytes } from '../rules/body-fields.ts'
import { isSameTag } from '../rules/conditional.ts'
import type { WholeResponse } from '../rules/storable.ts'
import type { Entry } from '../store/entry.ts'

/** What a render is told of the kept page that it may vouch for. */
export function previousPage({ remarks, fields, origin, ...entry }: Entry): PreviousPage {
  const { renderStartedAt, storedAt, freshUntil, staleUntil, errorUntil } = entry
  return Object.freeze({
    etag: origin === undefined ? remarks?.etag : entityTag(fields),
    lastModified: origin === undefined ? fieldValue(fields, 'last-modified') : lastModified(fields),
    renderStartedAt,
    storedAt,
    freshUntil,
    staleUntil,
    errorUntil,
  })
}

/** Whether a 304 can be about that page: one with another ETag was meant for something else (RFC 9111 4.3.4). */
export function isAbout(previous: PreviousPage, fields: readonly Field[]): boolean {
  const etag = fieldValue(fields, 'etag')
  return etag === undefined || previous.etag === undefined || isSameTag(etag, previous.etag)
}

/** The page that a 304 stands for: what the 304 says replaces its fields, all lines of a name at once, and what it does not say stays (RFC 9111 3.2, 4.3.4). */
export function vouchedPage({ status, fields, body }: Entry, newer: readonly Field[]): WholeResponse {
  const said = newer.filter(([name]) => !measuresBytes(name))
  const replaced = new Set(said.map(([name]) => name))
  return { status, body, fields: [...fields.filter(([name]) => !replaced.has(name)), ...said] }
}
