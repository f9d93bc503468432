import { useSyncExternalStore } from 'react'

const neverChanges = () => () => {}

/** `false` in what the server renders, `true` as soon as the page is alive in the browser. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  )
}
