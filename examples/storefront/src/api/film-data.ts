import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Film, NamedPage } from '../contract/film.ts'
import { withoutMacRoman } from './mac-roman.ts'
import { slugOf, uniqueSlugs } from './slug.ts'

// Reads the films of the npm package vega-datasets (`movies.json`), as they are: titles that are numbers or missing, no director, no genre.

const rowSchema = z.object({
  Title: z.union([z.string(), z.number()]).nullable(),
  'US Gross': z.int().nullable(),
  'Worldwide Gross': z.int().nullable(),
  'Production Budget': z.int().nullable(),
  'Release Date': z.string(),
  'MPAA Rating': z.string().nullable(),
  'Running Time min': z.int().nullable(),
  Distributor: z.string().nullable(),
  Source: z.string().nullable(),
  'Major Genre': z.string().nullable(),
  'Creative Type': z.string().nullable(),
  Director: z.string().nullable(),
  'Rotten Tomatoes Rating': z.int().nullable(),
  'IMDB Rating': z.number().nullable(),
  'IMDB Votes': z.int().nullable(),
})
type Row = z.infer<typeof rowSchema>

/** All 3,201 films. `id` is the place in the file, from 1. */
export function readFilms(): readonly Film[] {
  const file = new URL('../data/movies.json', import.meta.resolve('vega-datasets'))
  const rows = z.array(rowSchema).parse(JSON.parse(readFileSync(file, 'utf8')))
  const named = rows.map((row, index) => ({ id: index + 1, title: titleOf(row), year: yearOf(releaseDateOf(row)) }))
  const slugs = uniqueSlugs(named)
  return rows.map((row, index) => filmOf(row, { id: index + 1, slug: slugs[index]! })) // one slug per row
}

function filmOf(row: Row, { id, slug }: { readonly id: number; readonly slug: string }): Film {
  const releaseDate = releaseDateOf(row)
  return {
    id,
    slug,
    title: titleOf(row) ?? `Untitled film no. ${id}`,
    year: yearOf(releaseDate),
    releaseDate,
    genre: genreOf(row['Major Genre']),
    director: directorOf(row.Director),
    mpaaRating: row['MPAA Rating'],
    runningTimeMinutes: row['Running Time min'],
    distributor: row.Distributor,
    source: row.Source,
    creativeType: row['Creative Type'],
    imdbRating: row['IMDB Rating'],
    imdbVotes: row['IMDB Votes'],
    rottenTomatoesPercent: row['Rotten Tomatoes Rating'],
    productionBudget: row['Production Budget'],
    usGross: row['US Gross'],
    worldwideGross: row['Worldwide Gross'],
    priceCents: listPriceCents(yearOf(releaseDate)),
    offer: null,
  }
}

function titleOf(row: Row): string | null {
  return row.Title === null ? null : withoutMacRoman(String(row.Title))
}

/** The shelf of films whose genre nobody has noted, so that they can be found by browsing too. */
export const UNSORTED: NamedPage = { slug: 'unsorted', name: 'Unsorted' }

export function genreOf(name: string | null): NamedPage {
  return name === null ? UNSORTED : { slug: slugOf(name), name }
}

/** Two spellings of a name that make one slug share a page. */
export function directorOf(name: string | null): NamedPage | null {
  return name === null ? null : { slug: slugOf(name), name }
}

// The file ends in 2011. Later years are two-digit years of the century before: "Gone with the Wind, Dec 15 2039".
const LAST_YEAR = 2011

function releaseDateOf(row: Row): string {
  const date = new Date(`${row['Release Date']} UTC`)
  if (date.getUTCFullYear() > LAST_YEAR) date.setUTCFullYear(date.getUTCFullYear() - 100)
  return date.toISOString().slice(0, 10)
}

function yearOf(releaseDate: string): number {
  return Number(releaseDate.slice(0, 4))
}

/** The data set has no prices; a shop needs some. */
function listPriceCents(year: number): number {
  if (year >= 2008) return 499
  return year >= 1995 ? 399 : 299
}
