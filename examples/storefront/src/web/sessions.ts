import { randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import type { Request, Response } from 'express'
import { LRUCache } from 'lru-cache'

const COOKIE = 'sid'
const SESSION_MS = 86_400_000
const MAX_SESSIONS = 10_000

/** Who is signed in, in the memory of this process. The cookie holds a random name of the session and nothing else. */
export class Sessions {
  readonly #names = new LRUCache<string, string>({ max: MAX_SESSIONS, ttl: SESSION_MS })

  /** The visitor's name, or `undefined` for somebody who is not signed in. */
  nameOf(request: Request): string | undefined {
    const id = sessionId(request)
    return id === undefined ? undefined : this.#names.get(id)
  }

  open(response: Response, name: string): void {
    const id = randomBytes(16).toString('base64url')
    this.#names.set(id, name)
    response.cookie(COOKIE, id, { ...cookieOptions(response), maxAge: SESSION_MS })
  }

  end(request: Request, response: Response): void {
    const id = sessionId(request)
    if (id !== undefined) this.#names.delete(id)
    response.clearCookie(COOKIE, cookieOptions(response))
  }
}

function sessionId(request: Request): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[COOKIE]
}

function cookieOptions({ req }: Response) {
  return { httpOnly: true, sameSite: 'lax', secure: req.secure, path: '/' } as const
}
