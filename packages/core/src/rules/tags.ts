import { SsrCacheError, shown } from '../errors.ts'

/**
 * What a page was made from. A string is opaque: never split, never globbed. `{ class, id }` is found by both together and by its class alone; it never
 * collides with a string.
 */
export type Tag = string | { readonly class: string; readonly id?: string | number }

// A user's string that begins with the mark is escaped, so that no string spells a class.
const MARK = '\u0001'

/** The tag under which an invalidation finds pages. */
export function namedTag(tag: Tag): string {
  if (typeof tag === 'string') return tag.startsWith(MARK) ? `${MARK}s${tag}` : tag
  checkClass(tag)
  return tag.id === undefined ? `${MARK}c${tag.class}` : `${MARK}i${JSON.stringify([tag.class, String(tag.id)])}`
}

/** All tags that a page made from `tag` is stored with: itself, and its class. */
export function storedTags(tag: Tag): readonly string[] {
  const named = namedTag(tag)
  return typeof tag === 'string' || tag.id === undefined ? [named] : [named, namedTag({ class: tag.class })]
}

function checkClass(tag: unknown): void {
  const { class: name, id } = (tag ?? {}) as { class?: unknown; id?: unknown } // looked at below, whatever it is
  if (typeof name === 'string' && (id === undefined || typeof id === 'string' || typeof id === 'number')) return
  throw new SsrCacheError(
    'ERR_SSR_CACHE_OPTION',
    `a tag must be a string or { class: string, id?: string | number }, got ${shown(tag)}. Write 'movie:42' or { class: 'movie', id: 42 }.`,
  )
}
