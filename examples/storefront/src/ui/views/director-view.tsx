import type { ReactElement } from 'react'
import type { DirectorPage } from '../../contract/listing.ts'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { FilmGrid } from '../components/film-grid.tsx'
import { counted } from '../format.ts'

export function DirectorView({ director, films }: DirectorPage): ReactElement {
  const years = films.map((film) => film.year)
  return (
    <>
      <Breadcrumbs trail={[]} here={director.name} />
      <h1>{director.name}</h1>
      <p className="lead">
        {counted(films.length, 'film')}, {span(Math.min(...years), Math.max(...years))}
      </p>
      <h2 className="visually-hidden">Films</h2>
      <FilmGrid films={films} />
    </>
  )
}

function span(first: number, last: number): string {
  return first === last ? String(first) : `${first}–${last}`
}
