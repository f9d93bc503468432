import type { ReactElement } from 'react'
import type { FilmCard as FilmCardData } from '../../contract/film.ts'
import type { Home } from '../../contract/listing.ts'
import { GenreChip } from '../components/genre-chip.tsx'
import { Price } from '../components/price.tsx'
import { Shelf } from '../components/shelf.tsx'
import { grouped, longInstant } from '../format.ts'
import { filmLink } from '../links.ts'
import { declareShown } from '../shown-film.ts'

export function HomeView({ home }: { readonly home: Home }): ReactElement {
  declareShown(home.filmOfTheDay)
  return (
    <>
      <section className="hero" data-genre={home.filmOfTheDay.genre.slug} aria-label="Film of the day">
        <p className="eyebrow">Film of the day</p>
        <h1>
          <a href={filmLink(home.filmOfTheDay)}>{home.filmOfTheDay.title}</a>
        </h1>
        <FilmOfTheDayOffer film={home.filmOfTheDay} />
      </section>
      <section aria-labelledby="genres">
        <h2 id="genres">{grouped(home.filmCount)} films by genre</h2>
        <ul className="chips">
          {home.genres.map((genre) => (
            <li key={genre.slug}>
              <GenreChip genre={genre} filmCount={genre.filmCount} />
            </li>
          ))}
        </ul>
      </section>
      <Shelf id="top-rated" title="Top rated" films={home.topRated} />
      <Shelf id="newest" title="Newest" films={home.newest} />
    </>
  )
}

function FilmOfTheDayOffer({ film }: { readonly film: FilmCardData }): ReactElement {
  return (
    <>
      <p>
        {film.year}
        {film.director && ` · directed by ${film.director.name}`}
        {film.imdbRating !== null && ` · rated ${film.imdbRating.toFixed(1)} of 10`}
      </p>
      <p className="hero-offer">
        <Price film={film} />
        {film.offer && <span> until {longInstant(film.offer.endsAt)}</span>}
      </p>
    </>
  )
}
