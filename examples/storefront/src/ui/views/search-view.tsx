import type { ReactElement } from 'react'
import type { SearchPage } from '../../contract/listing.ts'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { FilmGrid } from '../components/film-grid.tsx'
import { Pagination } from '../components/pagination.tsx'
import { counted } from '../format.ts'
import { searchLink } from '../links.ts'

export function SearchView({ query, listing }: SearchPage): ReactElement {
  return (
    <>
      <Breadcrumbs trail={[]} here="Search" />
      <h1>{query === '' ? 'What are you looking for?' : `Films for “${query}”`}</h1>
      <p className="lead">
        {listing.filmCount > 0
          ? counted(listing.filmCount, 'film')
          : 'Try a word of a title, or the name of a director.'}
      </p>
      <h2 className="visually-hidden">Films</h2>
      <FilmGrid films={listing.films} />
      <Pagination listing={listing} linkTo={(page) => searchLink(query, page)} />
    </>
  )
}
