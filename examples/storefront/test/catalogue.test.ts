import { describe, expect, it } from 'vitest'
import { Catalogue } from '../src/api/catalogue.ts'
import { readFilms } from '../src/api/film-data.ts'
import { changesPrice, edited, filmEditSchema, tagsOfEdit } from '../src/api/film-edit.ts'

const films = readFilms()
const NOON = Date.parse('2030-05-05T12:00:00Z')
const MIDNIGHT = Date.parse('2030-05-06T00:00:00Z')
const INCEPTION = 2026

describe('the film of the day', () => {
  it('costs less until midnight, and then another one does (R75)', () => {
    let now = NOON
    const catalogue = new Catalogue(films, () => now)
    const today = catalogue.home().filmOfTheDay
    expect(today.offer?.endsAt).toBe(MIDNIGHT)

    now = MIDNIGHT - 1
    expect(catalogue.film(today.id)?.offer).toEqual(today.offer)
    now = MIDNIGHT
    expect(catalogue.film(today.id)?.offer).toBeNull()
    expect(catalogue.home().filmOfTheDay.id).not.toBe(today.id)
  })
})

describe('an offer', () => {
  it('is over at the instant at which it ends (R75)', () => {
    let now = NOON
    const catalogue = new Catalogue(films, () => now)
    const film = catalogue.film(INCEPTION)!
    catalogue.replace({ ...film, offer: { priceCents: 99, endsAt: NOON + 1000 } })
    expect(catalogue.filmPage(film.slug)?.film.offer?.priceCents).toBe(99)
    now = NOON + 1000
    expect(catalogue.filmPage(film.slug)?.film.offer).toBeNull()
  })
})

describe('lists', () => {
  const catalogue = new Catalogue(films, () => NOON)

  it('show every film of a genre on exactly one of its pages', () => {
    const { listing } = catalogue.genrePage('western', 1)!
    const pages = Array.from({ length: listing.pageCount }, (_, index) => catalogue.genrePage('western', index + 1)!)
    const shown = pages.flatMap((page) => page.listing.films.map((film) => film.id))
    expect(shown).toHaveLength(listing.filmCount)
    expect(new Set(shown).size).toBe(listing.filmCount)
  })

  it('end: there is no page after the last one', () => {
    expect(catalogue.genrePage('western', 3)).toBeUndefined()
    expect(catalogue.genrePage('no-such-genre', 1)).toBeUndefined()
    expect(catalogue.search('western', 99)).toBeUndefined()
  })

  it('are found without accents, by title and by director', () => {
    expect(catalogue.search('AMELIE', 1)?.listing.films[0]?.title).toBe("Le Fabuleux destin d'Amélie Poulain")
    expect(catalogue.search('nolan', 1)?.listing.films.map((film) => film.title)).toContain('Memento')
    expect(catalogue.search('  ?! ', 1)?.listing.filmCount).toBe(0)
  })

  it('hold every film on some shelf', () => {
    const counts = catalogue.home().genres.map((genre) => genre.filmCount)
    expect(counts.reduce((sum, count) => sum + count)).toBe(3201)
  })
})

describe('an edit', () => {
  const film = new Catalogue(films, () => NOON).film(INCEPTION)!
  const schema = filmEditSchema(['Drama', 'Comedy'])

  it('leaves the film at its address', () => {
    expect(edited(film, { title: 'Another title' })).toMatchObject({ title: 'Another title', slug: 'inception' })
  })

  it('names the pages that showed the film before and those that will show it (R20, R21)', () => {
    const after = edited(film, { director: 'Ada Byron', genre: 'Drama' })
    expect(tagsOfEdit(film, after)).toEqual([
      'movie:2026',
      'genre:thriller-suspense',
      'director:christopher-nolan',
      'genre:drama',
      'director:ada-byron',
      'listing:home',
      'listing:search',
    ])
  })

  it('counts as a change of price where the visitor would pay something else, or until another instant (R41)', () => {
    expect(changesPrice(film, edited(film, { title: 'Another title' }))).toBe(false)
    expect(changesPrice(film, edited(film, { priceCents: 1 }))).toBe(true)
    const offered = edited(film, { offer: { priceCents: 99, endsAt: '2030-05-05T13:00:00Z' } })
    expect(changesPrice(film, offered)).toBe(true)
    expect(changesPrice(offered, edited(offered, { offer: { priceCents: 99, endsAt: '2030-05-05T12:30:00Z' } }))).toBe(
      true,
    )
    expect(changesPrice(offered, edited(offered, { offer: null }))).toBe(true)
  })

  it.each([
    ['a field that there is not', { titel: 'x' }],
    ['an empty title', { title: ' ' }],
    ['a name without letter or digit, which would have no page', { director: '***' }],
    ['a genre that there is not', { genre: 'Poetry' }],
    ['a rating above ten', { imdbRating: 11 }],
    ['half a cent', { priceCents: 99.5 }],
    ['an offer without end', { offer: { priceCents: 99 } }],
    ['an end without time zone', { offer: { priceCents: 99, endsAt: '2030-01-01T00:00:00' } }],
  ])('is refused with %s', (_, change) => {
    expect(schema.safeParse(change).success).toBe(false)
  })
})
