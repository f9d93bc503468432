import type { ReactElement } from 'react'
import type { FilmCard } from '../../contract/film.ts'
import { FilmGrid } from './film-grid.tsx'

interface ShelfProps {
  readonly id: string
  readonly title: string
  readonly films: readonly FilmCard[]
}

/** A titled row of films; nothing where there are none. */
export function Shelf({ id, title, films }: ShelfProps): ReactElement | null {
  if (films.length === 0) return null
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <FilmGrid films={films} />
    </section>
  )
}
