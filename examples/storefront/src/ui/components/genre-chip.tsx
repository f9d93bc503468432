import type { ReactElement } from 'react'
import type { NamedPage } from '../../contract/film.ts'
import { grouped } from '../format.ts'
import { genreLink } from '../links.ts'

interface GenreChipProps {
  readonly genre: NamedPage
  readonly filmCount?: number
}

export function GenreChip({ genre, filmCount }: GenreChipProps): ReactElement {
  return (
    <a className="chip" href={genreLink(genre)} data-genre={genre.slug}>
      {genre.name}
      {filmCount !== undefined && <span className="chip-count">{grouped(filmCount)}</span>}
    </a>
  )
}
