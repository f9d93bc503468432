import type { ReactElement } from 'react'
import type { Listing } from '../../contract/listing.ts'

interface PaginationProps {
  readonly listing: Pick<Listing, 'page' | 'pageCount'>
  readonly linkTo: (page: number) => string
}

export function Pagination({ listing: { page, pageCount }, linkTo }: PaginationProps): ReactElement | null {
  if (pageCount === 1) return null
  return (
    <nav className="pagination" aria-label="Pages">
      {page > 1 ? (
        <a rel="prev" href={linkTo(page - 1)}>
          ← Previous
        </a>
      ) : (
        <span aria-hidden="true">← Previous</span>
      )}
      <ol>
        {shownPages(page, pageCount).map((shown, index, all) => (
          <li key={shown} data-after-gap={index > 0 && shown - all[index - 1]! > 1}>
            <a href={linkTo(shown)} aria-label={`Page ${shown}`} aria-current={shown === page ? 'page' : undefined}>
              {shown}
            </a>
          </li>
        ))}
      </ol>
      {page < pageCount ? (
        <a rel="next" href={linkTo(page + 1)}>
          Next →
        </a>
      ) : (
        <span aria-hidden="true">Next →</span>
      )}
    </nav>
  )
}

/** The first, the last, and the neighbours of this one. */
function shownPages(page: number, pageCount: number): readonly number[] {
  const wanted = [1, page - 1, page, page + 1, pageCount].filter((shown) => shown >= 1 && shown <= pageCount)
  return [...new Set(wanted)]
}
