import { parseCookie } from 'cookie'
import type { Request, Response } from 'express'
import type { Session } from '../contract/session.ts'

const COOKIE = 'sid'

/** The random name of the visitor's session, and nothing else; `undefined` for somebody who was never signed in. */
export function sessionIdOf(request: Request): string | undefined {
  return parseCookie(request.headers.cookie ?? '')[COOKIE] || undefined
}

export function keepSession(response: Response, { id, maxAgeMs }: Session): void {
  response.cookie(COOKIE, id, { ...cookieOptions(response), maxAge: maxAgeMs })
}

export function forgetSession(response: Response): void {
  response.clearCookie(COOKIE, cookieOptions(response))
}

function cookieOptions({ req }: Response) {
  return { httpOnly: true, sameSite: 'lax', secure: req.secure, path: '/' } as const
}
