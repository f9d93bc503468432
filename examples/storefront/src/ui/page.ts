import type { DirectorPage, FilmPage, GenrePage, Home, SearchPage } from '../contract/listing.ts'

/** Everything that a page shows. The server renders it; the browser gets the same value and takes over from there. */
export type Page =
  | { readonly kind: 'home'; readonly data: Home }
  | { readonly kind: 'film'; readonly data: FilmPage }
  | { readonly kind: 'director'; readonly data: DirectorPage }
  | { readonly kind: 'genre'; readonly data: GenrePage }
  | { readonly kind: 'search'; readonly data: SearchPage }
  | { readonly kind: 'login'; readonly problem: string | null }
  | { readonly kind: 'account'; readonly name: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'error'; readonly status: number }

/** Which render made a page. A page that is kept says the same every time it is served. */
export interface Rendered {
  readonly pid: number
  /** Renders of that process so far, this one included. */
  readonly sequence: number
  /** ISO 8601, UTC. */
  readonly at: string
}

/** `PID/SEQUENCE/ISO-TIME`, as the page's `<meta name="rendered">` carries it. */
export function stampOf({ pid, sequence, at }: Rendered): string {
  return `${pid}/${sequence}/${at}`
}

export function titleOf(page: Page): string {
  switch (page.kind) {
    case 'home':
      return 'Films to rent tonight'
    case 'film':
      return `${page.data.film.title} (${page.data.film.year})`
    case 'director':
      return `Films by ${page.data.director.name}`
    case 'genre':
      return `${page.data.genre.name}, page ${page.data.listing.page} of ${page.data.listing.pageCount}`
    case 'search':
      return page.data.query === '' ? 'Search' : `Search: ${page.data.query}`
    case 'login':
      return 'Sign in'
    case 'account':
      return 'Your account'
    case 'not-found':
      return 'Page not found'
    case 'error':
      return 'Back in a moment'
  }
}
