import type { ReactElement } from 'react'
import { useHydrated } from '../hydrated.ts'
import { toggleWatched, useWatchList, type WatchedFilm } from '../watch-list.ts'

export function WatchButton({ film }: { readonly film: WatchedFilm }): ReactElement {
  const watched = useWatchList().some((other) => other.id === film.id)
  const hydrated = useHydrated()
  const { id, slug, title } = film
  return (
    <button
      type="button"
      className="watch-button"
      aria-pressed={watched}
      disabled={!hydrated}
      onClick={() => toggleWatched({ id, slug, title })}
    >
      {watched ? '✓ On your watch list' : '+ Add to watch list'}
    </button>
  )
}
