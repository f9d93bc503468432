import type { ReactElement, ReactNode } from 'react'
import type { Film } from '../../contract/film.ts'
import type { FilmPage } from '../../contract/listing.ts'
import { BarChart } from '../components/bar-chart.tsx'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { GenreChip } from '../components/genre-chip.tsx'
import { Price } from '../components/price.tsx'
import { Shelf } from '../components/shelf.tsx'
import { WatchButton } from '../components/watch-button.tsx'
import { grouped, longDate, longInstant } from '../format.ts'
import { directorLink, genreLink } from '../links.ts'
import { declareShown } from '../shown-film.ts'

export function FilmView({ film, sameDirector, sameGenre }: FilmPage): ReactElement {
  declareShown(film)
  return (
    <>
      <Breadcrumbs trail={[{ name: film.genre.name, href: genreLink(film.genre) }]} here={film.title} />
      <div className="film" data-genre={film.genre.slug}>
        <header>
          <h1>{film.title}</h1>
          <p className="film-line">
            <span>{film.year}</span>
            {film.runningTimeMinutes !== null && <span>{film.runningTimeMinutes} min</span>}
            {film.mpaaRating !== null && <span className="certificate">{film.mpaaRating}</span>}
            <GenreChip genre={film.genre} />
          </p>
        </header>
        <BuyBox film={film} />
        <div className="film-details">
          <Facts film={film} />
          <BoxOffice film={film} />
        </div>
      </div>
      {film.director && <Shelf id="same-director" title={`More by ${film.director.name}`} films={sameDirector} />}
      <Shelf id="same-genre" title={`More from the ${film.genre.name} shelf`} films={sameGenre} />
    </>
  )
}

function Facts({ film }: { readonly film: Film }): ReactElement {
  return (
    <dl className="facts">
      <Fact name="Director">
        {film.director ? <a href={directorLink(film.director)}>{film.director.name}</a> : 'Not on record'}
      </Fact>
      <Fact name="Released">{longDate(film.releaseDate)}</Fact>
      {film.distributor !== null && <Fact name="Distributor">{film.distributor}</Fact>}
      {film.source !== null && <Fact name="Source">{film.source}</Fact>}
      {film.creativeType !== null && <Fact name="Type">{film.creativeType}</Fact>}
      {film.imdbRating !== null && (
        <Fact name="IMDb">
          {film.imdbRating.toFixed(1)} of 10, {grouped(film.imdbVotes ?? 0)} votes
        </Fact>
      )}
      {film.rottenTomatoesPercent !== null && <Fact name="Rotten Tomatoes">{film.rottenTomatoesPercent} %</Fact>}
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function BoxOffice({ film }: { readonly film: Film }): ReactElement | null {
  const bars = [
    { name: 'Production budget', amount: film.productionBudget ?? 0 },
    { name: 'Box office, US', amount: film.usGross ?? 0 },
    { name: 'Box office, worldwide', amount: film.worldwideGross ?? 0 },
  ].filter((bar) => bar.amount > 0)
  return bars.length === 0 ? null : <BarChart bars={bars} />
}

function BuyBox({ film }: { readonly film: Film }): ReactElement {
  return (
    <aside className="buy-box" aria-label="Rent this film">
      <p className="buy-price">
        <Price film={film} />
      </p>
      {film.offer ? (
        <p className="offer-end">
          Offer until <time dateTime={new Date(film.offer.endsAt).toISOString()}>{longInstant(film.offer.endsAt)}</time>
        </p>
      ) : (
        <p className="quiet">for 48 hours</p>
      )}
      <WatchButton film={film} />
    </aside>
  )
}
