import { type Life, type ShortLives, shortLives } from '../rules/short-life.ts'
import type { View } from './kept.ts'

// So many lives are looked at together.
const LIVES = 50

/** How the pages of each route ended, as they are replaced; tells of a route once. */
export class Lives {
  readonly #lives = new Map<string, Life[]>()
  readonly #told = new Set<string>()
  readonly #tell: (route: string, short: ShortLives) => void

  constructor(tell: (route: string, short: ShortLives) => void) {
    this.#tell = tell
  }

  /** The page of `view` has been replaced by a newer one. */
  ended(route: string, { entry: { storedAt, freshUntil }, verdict }: View): void {
    if (this.#told.has(route) || freshUntil === storedAt) return
    const lives = this.#lives.get(route) ?? []
    this.#lives.set(route, lives)
    const endedAt = verdict.kind === 'stale' ? Math.min(verdict.at, freshUntil) : freshUntil
    lives.push({ livedMs: Math.max(0, endedAt - storedAt), meantMs: freshUntil - storedAt })
    if (lives.length >= LIVES) this.#lookAt(route, lives)
  }

  #lookAt(route: string, lives: readonly Life[]): void {
    this.#lives.delete(route)
    const short = shortLives(lives)
    if (short === undefined) return
    this.#told.add(route)
    this.#tell(route, short)
  }
}
