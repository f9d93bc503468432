import { z } from 'zod'
import { filmCardSchema, filmSchema, namedPageSchema } from './film.ts'

/** One page of a longer list. `page` counts from 1. */
export const listingSchema = z.object({
  films: z.array(filmCardSchema),
  page: z.int(),
  pageCount: z.int(),
  filmCount: z.int(),
})
export type Listing = z.infer<typeof listingSchema>

export const genreCountSchema = namedPageSchema.extend({ filmCount: z.int() })
export type GenreCount = z.infer<typeof genreCountSchema>

export const homeSchema = z.object({
  filmOfTheDay: filmSchema,
  topRated: z.array(filmCardSchema),
  newest: z.array(filmCardSchema),
  genres: z.array(genreCountSchema),
  filmCount: z.int(),
})
export type Home = z.infer<typeof homeSchema>

/** A film and the other films that its page shows. */
export const filmPageSchema = z.object({
  film: filmSchema,
  sameDirector: z.array(filmCardSchema),
  sameGenre: z.array(filmCardSchema),
})
export type FilmPage = z.infer<typeof filmPageSchema>

export const directorPageSchema = z.object({ director: namedPageSchema, films: z.array(filmCardSchema) })
export type DirectorPage = z.infer<typeof directorPageSchema>

export const genrePageSchema = z.object({ genre: namedPageSchema, listing: listingSchema })
export type GenrePage = z.infer<typeof genrePageSchema>

export const searchPageSchema = z.object({ query: z.string(), listing: listingSchema })
export type SearchPage = z.infer<typeof searchPageSchema>
