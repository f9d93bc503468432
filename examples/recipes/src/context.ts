import { pageContext } from '@ssr-cache/core/context'

export interface Movie {
  readonly id: number
  readonly title: string
  readonly embargoedUntil?: Date
}

// Anywhere below a render. In a bypass and in browsers there is no page context, and nothing happens.
export function movieHeading(movie: Movie): string {
  pageContext()?.tag({ class: 'movie', id: movie.id }).maxAge(300)
  if (movie.embargoedUntil !== undefined) pageContext()?.private()
  return `<h1>${movie.title}</h1>`
}
