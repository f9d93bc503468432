import { useSyncExternalStore } from 'react'

// Kept in the visitor's browser and nowhere else: what is personal stays out of pages that everybody shares.

export interface WatchedFilm {
  readonly id: number
  readonly slug: string
  readonly title: string
}

const STORAGE_KEY = 'watch-list'
const EMPTY: readonly WatchedFilm[] = []
const listeners = new Set<() => void>()
let films: readonly WatchedFilm[] | undefined

/** The visitor's watch list. Empty on the server and until the page is hydrated. */
export function useWatchList(): readonly WatchedFilm[] {
  return useSyncExternalStore(subscribe, current, () => EMPTY)
}

export function toggleWatched(film: WatchedFilm): void {
  const others = current().filter((other) => other.id !== film.id)
  films = others.length < current().length ? others : [...others, film]
  writeStored(films)
  notify()
}

function current(): readonly WatchedFilm[] {
  films ??= readStored()
  return films
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', takeOver)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.removeEventListener('storage', takeOver)
  }
}

/** Another tab has changed the list. */
function takeOver(): void {
  films = undefined
  notify()
}

function notify(): void {
  for (const listener of listeners) listener()
}

function readStored(): readonly WatchedFilm[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter(isWatchedFilm) : EMPTY
  } catch {
    return EMPTY // storage that is forbidden or was written by something else
  }
}

function writeStored(list: readonly WatchedFilm[]): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(list))
  } catch {
    // Forbidden or full: the list lasts as long as the page.
  }
}

function isWatchedFilm(value: unknown): value is WatchedFilm {
  if (typeof value !== 'object' || value === null) return false
  return (
    'id' in value &&
    typeof value.id === 'number' &&
    'slug' in value &&
    typeof value.slug === 'string' &&
    'title' in value &&
    typeof value.title === 'string'
  )
}
