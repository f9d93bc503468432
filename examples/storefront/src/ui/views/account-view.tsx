import type { ReactElement } from 'react'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { filmLink } from '../links.ts'
import { useWatchList } from '../watch-list.ts'

export function AccountView({ name }: { readonly name: string }): ReactElement {
  return (
    <>
      <Breadcrumbs trail={[]} here="Account" />
      <h1>{`Hello, ${name}`}</h1>
      <p className="lead">This page is rendered for you alone, each time you ask for it, and kept nowhere.</p>
      <WatchList />
      <form method="post" action="/logout">
        <button type="submit">Sign out</button>
      </form>
    </>
  )
}

function WatchList(): ReactElement {
  const films = useWatchList()
  return (
    <section className="panel" aria-labelledby="watch-list">
      <h2 id="watch-list">Your watch list</h2>
      {films.length === 0 ? (
        <p className="quiet">Nothing yet. It is kept in this browser, so films that you add are seen by nobody else.</p>
      ) : (
        <ul>
          {films.map((film) => (
            <li key={film.id}>
              <a href={filmLink(film)}>{film.title}</a>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
