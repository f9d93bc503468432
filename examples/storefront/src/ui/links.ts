// Slugs may hold letters of any script, so they are encoded wherever they become part of a URL.

export const filmLink = (film: { readonly slug: string }): string => `/movies/${encodeURIComponent(film.slug)}`
export const directorLink = (director: { readonly slug: string }): string =>
  `/directors/${encodeURIComponent(director.slug)}`

/** The first page has no `?page=1`: two URLs for one page would be rendered and kept twice. */
export function genreLink(genre: { readonly slug: string }, page = 1): string {
  return `/genres/${encodeURIComponent(genre.slug)}${page === 1 ? '' : `?page=${page}`}`
}

export function searchLink(query: string, page = 1): string {
  return `/search?q=${encodeURIComponent(query)}${page === 1 ? '' : `&page=${page}`}`
}
