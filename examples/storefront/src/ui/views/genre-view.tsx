import type { ReactElement } from 'react'
import type { GenrePage } from '../../contract/listing.ts'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { FilmGrid } from '../components/film-grid.tsx'
import { Pagination } from '../components/pagination.tsx'
import { counted } from '../format.ts'
import { genreLink } from '../links.ts'

export function GenreView({ genre, listing }: GenrePage): ReactElement {
  return (
    <>
      <Breadcrumbs trail={[]} here={genre.name} />
      <h1>{genre.name}</h1>
      <p className="lead">
        {counted(listing.filmCount, 'film')}, page {listing.page} of {listing.pageCount}
      </p>
      <h2 className="visually-hidden">Films</h2>
      <FilmGrid films={listing.films} />
      <Pagination listing={listing} linkTo={(page) => genreLink(genre, page)} />
    </>
  )
}
