import { z } from 'zod'

// What the API answers and the storefront reads: one description for both sides of the wire.

/** Something with a page of its own: a director, a genre. */
export const namedPageSchema = z.object({ slug: z.string(), name: z.string() })
export type NamedPage = z.infer<typeof namedPageSchema>

/** A lower price with an end. The instant is epoch milliseconds; from it on, the offer is over. */
export const offerSchema = z.object({ priceCents: z.int(), endsAt: z.int() })
export type Offer = z.infer<typeof offerSchema>

/** A film as lists show it. */
export const filmCardSchema = z.object({
  id: z.int(),
  slug: z.string(),
  title: z.string(),
  year: z.int(),
  genre: namedPageSchema,
  director: namedPageSchema.nullable(),
  mpaaRating: z.string().nullable(),
  imdbRating: z.number().nullable(),
  priceCents: z.int(),
  /** The offer that holds now, if any. */
  offer: offerSchema.nullable(),
})
export type FilmCard = z.infer<typeof filmCardSchema>

/** A film as its own page shows it. */
export const filmSchema = filmCardSchema.extend({
  /** `YYYY-MM-DD`. */
  releaseDate: z.string(),
  runningTimeMinutes: z.int().nullable(),
  distributor: z.string().nullable(),
  source: z.string().nullable(),
  creativeType: z.string().nullable(),
  imdbVotes: z.int().nullable(),
  rottenTomatoesPercent: z.int().nullable(),
  productionBudget: z.int().nullable(),
  usGross: z.int().nullable(),
  worldwideGross: z.int().nullable(),
})
export type Film = z.infer<typeof filmSchema>
