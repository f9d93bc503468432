import type { ReactElement } from 'react'
import { useWatchList } from '../watch-list.ts'

export function SiteHeader({ query }: { readonly query: string }): ReactElement {
  return (
    <header className="site-header">
      <div className="wrap">
        <a className="brand" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="7" />
            <path d="M11 8.5v15l13-7.5z" />
          </svg>
          Marquee
        </a>
        <search>
          <form className="search-form" action="/search">
            <input
              type="search"
              name="q"
              defaultValue={query}
              aria-label="Title or director"
              placeholder="Title or director"
            />
            <button type="submit">Search</button>
          </form>
        </search>
        <nav aria-label="Your own pages">
          <WatchListCounter />
          <a href="/account">Account</a>
        </nav>
      </div>
    </header>
  )
}

function WatchListCounter(): ReactElement {
  const count = useWatchList().length
  return (
    <span className="watch-counter">
      Watch list <output aria-label="Films on your watch list">{count}</output>
    </span>
  )
}
