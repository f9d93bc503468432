export interface Film {
  readonly title: string
  /** Epoch milliseconds. */
  readonly offlineAt: number
}

/** In place of an API. */
export async function filmOf(id: string): Promise<Film> {
  return { title: `Film ${id}`, offlineAt: Date.now() + 30_000 }
}
