import type { ReactElement } from 'react'
import type { FilmCard as FilmCardData } from '../../contract/film.ts'
import { filmLink } from '../links.ts'
import { declareShown } from '../shown-film.ts'
import { GenreChip } from './genre-chip.tsx'
import { Price } from './price.tsx'

export function FilmGrid({ films }: { readonly films: readonly FilmCardData[] }): ReactElement {
  return (
    <ul className="grid">
      {films.map((film) => (
        <li key={film.id}>
          <FilmCard film={film} />
        </li>
      ))}
    </ul>
  )
}

function FilmCard({ film }: { readonly film: FilmCardData }): ReactElement {
  declareShown(film)
  return (
    <article className="card" data-genre={film.genre.slug}>
      <GenreChip genre={film.genre} />
      <h3>
        <a href={filmLink(film)}>{film.title}</a>
      </h3>
      <p className="quiet">
        {film.year}
        {film.director && ` · ${film.director.name}`}
      </p>
      <div className="card-foot">
        {film.imdbRating !== null && <Rating value={film.imdbRating} />}
        <Price film={film} />
      </div>
    </article>
  )
}

function Rating({ value }: { readonly value: number }): ReactElement {
  return (
    <span className="rating">
      <span className="visually-hidden">Rated </span>
      <span aria-hidden="true">★ </span>
      {value.toFixed(1)}
    </span>
  )
}
