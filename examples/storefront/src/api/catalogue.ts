import type { Film, FilmCard, NamedPage } from '../contract/film.ts'
import type { DirectorPage, FilmPage, GenreCount, GenrePage, Home, Listing, SearchPage } from '../contract/listing.ts'
import { UNSORTED } from './film-data.ts'
import { FilmOfTheDay } from './film-of-the-day.ts'
import { slugOf } from './slug.ts'

const FILMS_PER_PAGE = 24
const FILMS_PER_SHELF = 8

/** The films as they stand now, and the lists that pages are made from. `now` gives epoch milliseconds. */
export class Catalogue {
  readonly #films: Map<number, Film>
  readonly #idBySlug: ReadonlyMap<string, number>
  readonly #filmOfTheDay: FilmOfTheDay
  readonly #now: () => number

  constructor(films: readonly Film[], now: () => number = Date.now) {
    this.#films = new Map(films.map((film) => [film.id, film]))
    this.#idBySlug = new Map(films.map((film) => [film.slug, film.id]))
    this.#filmOfTheDay = new FilmOfTheDay(films)
    this.#now = now
  }

  /** The film with the offer that holds now, or `undefined`. */
  film(id: number): Film | undefined {
    const film = this.#films.get(id)
    return film && this.#withCurrentOffer(film)
  }

  films(): Film[] {
    return Array.from(this.#films.values(), (film) => this.#withCurrentOffer(film))
  }

  /** Puts an edited film in the place of the one with its id. */
  replace(film: Film): void {
    this.#films.set(film.id, film)
  }

  genres(): readonly NamedPage[] {
    return this.#genreCounts().map(({ slug, name }) => ({ slug, name }))
  }

  home(): Home {
    const films = this.films()
    return {
      filmOfTheDay: this.film(this.#filmOfTheDay.id(this.#now()))!, // films are never removed
      topRated: films
        .filter((film) => (film.imdbVotes ?? 0) >= 100_000)
        .sort((a, b) => (b.imdbRating ?? 0) - (a.imdbRating ?? 0) || a.id - b.id)
        .slice(0, FILMS_PER_SHELF)
        .map(cardOf),
      newest: films.sort(newestFirst).slice(0, FILMS_PER_SHELF).map(cardOf),
      genres: this.#genreCounts(),
      filmCount: films.length,
    }
  }

  filmPage(slug: string): FilmPage | undefined {
    const film = this.film(this.#idBySlug.get(slug) ?? 0)
    if (!film) return undefined
    const others = this.films().filter((other) => other.id !== film.id)
    return {
      film,
      sameDirector: others
        .filter((other) => film.director !== null && other.director?.slug === film.director.slug)
        .sort(newestFirst)
        .slice(0, FILMS_PER_SHELF)
        .map(cardOf),
      sameGenre: others
        .filter((other) => other.genre.slug === film.genre.slug)
        .sort((a, b) => distance(a, film) - distance(b, film))
        .slice(0, FILMS_PER_SHELF / 2)
        .map(cardOf),
    }
  }

  directorPage(slug: string): DirectorPage | undefined {
    const films = this.films().filter((film) => film.director?.slug === slug)
    const director = films[0]?.director
    return director ? { director, films: films.sort(newestFirst).map(cardOf) } : undefined
  }

  genrePage(slug: string, page: number): GenrePage | undefined {
    const films = this.films().filter((film) => film.genre.slug === slug)
    const listing = listingOf(films.sort(mostVotesFirst), page)
    return films[0] && listing && { genre: films[0].genre, listing }
  }

  /** Films whose title or director holds the words, without regard to case and accents. */
  search(query: string, page: number): SearchPage | undefined {
    const words = slugOf(query)
    const found = words === '' ? [] : this.films().filter((film) => isAbout(film, words))
    const listing = listingOf(found.sort(mostVotesFirst), page)
    return listing && { query, listing }
  }

  #withCurrentOffer(film: Film): Film {
    const now = this.#now()
    if (film.offer && now < film.offer.endsAt) return film
    return { ...film, offer: this.#filmOfTheDay.offer(film, now) }
  }

  #genreCounts(): GenreCount[] {
    const counts = new Map<string, GenreCount>()
    for (const { genre } of this.#films.values()) {
      counts.set(genre.slug, { ...genre, filmCount: (counts.get(genre.slug)?.filmCount ?? 0) + 1 })
    }
    const last = (genre: GenreCount) => Number(genre.slug === UNSORTED.slug)
    return [...counts.values()].sort((a, b) => last(a) - last(b) || b.filmCount - a.filmCount)
  }
}

/** The part of a film that lists show. */
function cardOf(film: Film): FilmCard {
  const { id, slug, title, year, genre, director, mpaaRating, imdbRating, priceCents, offer } = film
  return { id, slug, title, year, genre, director, mpaaRating, imdbRating, priceCents, offer }
}

/** One page of `films`, or `undefined` past the last one. An empty list has one empty page. */
function listingOf(films: readonly Film[], page: number): Listing | undefined {
  const pageCount = Math.max(1, Math.ceil(films.length / FILMS_PER_PAGE))
  if (page > pageCount) return undefined
  const shown = films.slice((page - 1) * FILMS_PER_PAGE, page * FILMS_PER_PAGE)
  return { films: shown.map(cardOf), page, pageCount, filmCount: films.length }
}

function newestFirst(a: Film, b: Film): number {
  return b.releaseDate.localeCompare(a.releaseDate) || a.id - b.id
}

function mostVotesFirst(a: Film, b: Film): number {
  return (b.imdbVotes ?? 0) - (a.imdbVotes ?? 0) || a.id - b.id
}

/** How far apart two films are in time and fame: neighbours make better suggestions than the same few hits on every page. */
function distance(a: Film, b: Film): number {
  const years = Math.abs(a.year - b.year)
  const fame = Math.abs(Math.log10((a.imdbVotes ?? 0) + 1) - Math.log10((b.imdbVotes ?? 0) + 1))
  return years + fame * 5
}

function isAbout(film: Film, words: string): boolean {
  return slugOf(film.title).includes(words) || (film.director?.slug.includes(words) ?? false)
}
