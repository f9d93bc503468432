import { pageContext, type RenderCacheOptions } from '@ssr-cache/core'
import type { ExpressCacheOptions } from '@ssr-cache/express-adapter'
import type { Request, RequestHandler, Response } from 'express'
import type { Express } from '../versions.ts'
import type { Named, Notes, Now } from './timeline.ts'

/** What an app answers, as a value. */
export interface Reply {
  readonly status?: number
  readonly html: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly location?: string
  readonly cookies?: Readonly<Record<string, string>>
  readonly clearedCookies?: readonly string[]
  /** How it is written. @default 'send' */
  readonly by?: 'send' | 'chunks'
  readonly tags?: readonly string[]
  readonly maxAge?: number
  readonly staleWhileRevalidate?: number
  readonly staleIfError?: number
  readonly endsAt?: number | undefined
  readonly personal?: boolean
}

/** A page of an app, or something that it does: a function of the request, of the data and of the instant, and of nothing else. */
export type Answer<Data> = (request: Request, now: Now<Data>, response: Response) => Reply | undefined

/** Makes a handler of Express of an answer; `undefined` goes on to the code below. */
export type Handle<Data> = (answer: Answer<Data>) => RequestHandler

/** Something that a visitor asks for. */
export interface Page {
  /** Canonical. */
  readonly url: string
  /** The last segment is a parameter of its route, so that the app takes any spelling of it. */
  readonly respellable?: boolean
}

/** Something that a visitor does. */
export interface Deed {
  readonly url: string
  readonly body: (who: string) => string
}

/** Something that an editor does, and what the app then says to its cache. */
export interface Edit<Data> {
  readonly name: string
  readonly apply: (data: Data, now: number) => Data
  /** By one of these, whichever the script says. */
  readonly told: readonly Named[]
}

/** What an owner of an app promises of its pages: seconds. */
export interface Life {
  readonly maxAge: number
  readonly staleWhileRevalidate: number
  readonly staleIfError: number
}

/** A small app that a cache stands in front of. */
export interface Site<Data> {
  readonly name: string
  readonly host: string
  readonly data: Data
  /** How its owner has set the cache up. */
  readonly options: RenderCacheOptions
  readonly context?: ExpressCacheOptions['context']
  /** What `options` promise of a path, in the oracle's own words. */
  readonly life: (path: string) => Life
  /** Whether visitors with a session share a path's pages too. */
  readonly anonymous?: (path: string) => boolean
  /** Whether a path is none of the cache's business. */
  readonly uncached: (path: string) => boolean
  /** Cookies that say who somebody is. */
  readonly sessionCookies: readonly string[]
  /** Cookies that a visitor's own script sets, and what it may set them to. */
  readonly choices: Readonly<Record<string, readonly string[]>>
  /** Headers in which visitors differ. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** What the CDN in front keys beside the URL, as `downstream.cdnKeys` declares it. */
  readonly cdnKeys?: { readonly headers: readonly string[]; readonly cookies: readonly string[] }
  readonly pages: readonly Page[]
  readonly deeds: readonly Deed[]
  readonly edits: readonly Edit<Data>[]
  /** Middleware above the cache; made once per copy, since it may hold sessions. */
  readonly above: () => readonly RequestHandler[]
  readonly router: (express: Express, handle: Handle<Data>) => RequestHandler
}

/** Writes a reply by Express's own means, and says of it what the page's context takes. */
export function write(reply: Reply, response: Response): void {
  tell(reply)
  const { status = 200, type = 'text/html', headers = {}, cookies = {}, location, html } = reply
  for (const [name, value] of Object.entries(cookies)) response.cookie(name, value)
  for (const name of reply.clearedCookies ?? []) response.clearCookie(name)
  response.status(status).set(headers)
  // Not by `redirect`: its body depends on Accept, of which all shared renders have the same.
  if (location !== undefined) response.location(location)
  response.type(type)
  if (reply.by !== 'chunks') {
    response.send(html)
    return
  }
  const half = Math.floor(html.length / 2)
  response.write(html.slice(0, half))
  response.end(html.slice(half))
}

function tell({ tags = [], maxAge, staleWhileRevalidate, staleIfError, endsAt, personal }: Reply): void {
  const context = pageContext()
  if (context === undefined) return
  context.tag(...tags)
  if (maxAge !== undefined) context.maxAge(maxAge)
  if (staleWhileRevalidate !== undefined) context.staleWhileRevalidate(staleWhileRevalidate)
  if (staleIfError !== undefined) context.staleIfError(staleIfError)
  if (endsAt !== undefined) context.expiresAt(endsAt)
  if (personal === true) context.private()
}

/** What a reply says of itself, for the oracle. */
export function notesOf({ tags = [], personal = false, cookies, endsAt, ...said }: Reply): Notes {
  const { maxAge, staleWhileRevalidate, staleIfError } = said
  return {
    tags,
    personal: personal || cookies !== undefined,
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(staleWhileRevalidate === undefined ? {} : { staleWhileRevalidate }),
    ...(staleIfError === undefined ? {} : { staleIfError }),
    ...(endsAt === undefined ? {} : { endsAt }),
  }
}

/** Text that a page shows. */
export function text(value: unknown): string {
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

/** The query of a request, to be carried along by a redirect. */
export function searchOf({ originalUrl }: Request): string {
  const question = originalUrl.indexOf('?')
  return question < 0 ? '' : originalUrl.slice(question)
}
