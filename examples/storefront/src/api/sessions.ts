import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'

/** How long a session lasts. */
export const SESSION_MS = 86_400_000
const MAX_SESSIONS = 10_000

/** Who is signed in, by the random name of the session. Here, so that every process of the storefront knows them, and that what has ended has ended everywhere. */
export class Sessions {
  readonly #names = new LRUCache<string, string>({ max: MAX_SESSIONS, ttl: SESSION_MS })

  /** Gives the name of the session. */
  open(name: string): string {
    const id = randomBytes(16).toString('base64url')
    this.#names.set(id, name)
    return id
  }

  nameOf(id: string): string | undefined {
    return this.#names.get(id)
  }

  end(id: string): void {
    this.#names.delete(id)
  }
}
