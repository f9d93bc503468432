const SHELVES = 6
const BOOKS = 10

/** A page for each book, and which shelf it stands on. */
export const PATHS: readonly string[] = Array.from({ length: SHELVES * BOOKS }, (_, i) => {
  return `/shelves/${i % SHELVES}/${Math.floor(i / SHELVES)}`
})

/** The tag that the pages of one shelf find on their way. */
export function shelfTag(path: string): string {
  return `shelf:${shelfOf(path)}`
}

export function shelfOf(path: string): string {
  return path.split('/')[2] ?? ''
}
