import { z } from 'zod'
import type { Film } from '../contract/film.ts'
import { directorTag, filmTag, genreTag, listingTag } from '../contract/tags.ts'
import { directorOf, genreOf } from './film-data.ts'
import { slugOf } from './slug.ts'

const nameSchema = z
  .string()
  .trim()
  .max(120)
  .refine((name) => slugOf(name) !== '', 'must hold a letter or a digit')

const offerEditSchema = z.strictObject({
  priceCents: z.int().min(0).max(99_999),
  /** ISO 8601 with an offset: `2030-01-31T23:00:00Z`. */
  endsAt: z.iso.datetime({ offset: true }),
})

/** What `PATCH /api/movies/:id` takes: the fields to change. A field that is not known is refused, so that a typing error is not a silent success. */
export function filmEditSchema(genres: readonly string[]) {
  return z
    .strictObject({
      title: nameSchema.exactOptional(),
      director: nameSchema.nullable().exactOptional(),
      genre: z.enum(genres).nullable().exactOptional(),
      imdbRating: z.number().min(0).max(10).nullable().exactOptional(),
      runningTimeMinutes: z.int().min(1).max(1_000).nullable().exactOptional(),
      priceCents: z.int().min(0).max(99_999).exactOptional(),
      offer: offerEditSchema.nullable().exactOptional(),
    })
    .refine((edit) => Object.keys(edit).length > 0, 'must change something')
}
export type FilmEdit = z.infer<ReturnType<typeof filmEditSchema>>

/** The film after the edit. Its slug stays, so that links to it do. */
export function edited(film: Film, edit: FilmEdit): Film {
  const { director, genre, offer, ...plain } = edit
  return {
    ...film,
    ...plain,
    ...(director !== undefined && { director: directorOf(director) }),
    ...(genre !== undefined && { genre: genreOf(genre) }),
    ...(offer !== undefined && { offer: offer && { ...offer, endsAt: Date.parse(offer.endsAt) } }),
  }
}

/** Every page that showed the film as it was, or will show it as it is. */
export function tagsOfEdit(before: Film, after: Film): string[] {
  const tags = [before, after].flatMap((film) => [
    filmTag(film.id),
    genreTag(film.genre.slug),
    ...(film.director ? [directorTag(film.director.slug)] : []),
  ])
  return [...new Set([...tags, listingTag('home'), listingTag('search')])]
}

/** Whether the edit touches what a visitor pays: such a page must not be shown once more while its successor is rendered. */
export function changesPrice(before: Film, after: Film): boolean {
  return (
    before.priceCents !== after.priceCents ||
    before.offer?.priceCents !== after.offer?.priceCents ||
    before.offer?.endsAt !== after.offer?.endsAt
  )
}
