import { z } from 'zod'
import {
  type DirectorPage,
  directorPageSchema,
  type FilmPage,
  filmPageSchema,
  type GenrePage,
  genrePageSchema,
  type Home,
  homeSchema,
  type SearchPage,
  searchPageSchema,
} from '../contract/listing.ts'
import { type Session, sessionSchema, type Visitor, visitorSchema } from '../contract/session.ts'

const API_TIMEOUT_MS = 10_000

/** The back end did not answer, or not with what it should. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
}

/** What the storefront asks the commerce back end. `undefined`: there is no such page. Everything else rejects with an ApiError. */
export interface ApiClient {
  home(): Promise<Home | undefined>
  filmPage(slug: string): Promise<FilmPage | undefined>
  directorPage(slug: string): Promise<DirectorPage | undefined>
  genrePage(slug: string, page: number): Promise<GenrePage | undefined>
  search(query: string, page: number): Promise<SearchPage | undefined>
}

/** Who is signed in: the back end knows, and with it every process of the storefront. */
export interface SessionClient {
  signIn(visitor: Visitor): Promise<Session>
  /** `undefined`: there is no such session, or it is over. */
  visitor(id: string): Promise<Visitor | undefined>
  signOut(id: string): Promise<void>
}

export function apiClient(apiUrl: string): ApiClient & SessionClient {
  const ask = async (path: string, request: RequestInit = {}): Promise<Response> => {
    const signal = AbortSignal.timeout(API_TIMEOUT_MS)
    const response = await fetch(new URL(path, apiUrl), { ...request, signal })
    if (response.ok || response.status === 404) return response
    throw new Error(`status ${response.status}`)
  }
  const read = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    request?: RequestInit,
  ): Promise<z.infer<Schema> | undefined> => {
    try {
      const response = await ask(path, request)
      return response.status === 404 ? undefined : schema.parse(await response.json())
    } catch (cause) {
      throw new ApiError(`The API gave no answer to ${path}.`, { cause })
    }
  }
  const encode = encodeURIComponent
  return {
    home: () => read('/api/pages/home', homeSchema),
    filmPage: (slug) => read(`/api/pages/movies/${encode(slug)}`, filmPageSchema),
    directorPage: (slug) => read(`/api/pages/directors/${encode(slug)}`, directorPageSchema),
    genrePage: (slug, page) => read(`/api/pages/genres/${encode(slug)}?page=${page}`, genrePageSchema),
    search: (query, page) => read(`/api/pages/search?q=${encode(query)}&page=${page}`, searchPageSchema),
    visitor: (id) => read(`/api/sessions/${encode(id)}`, visitorSchema),
    signOut: async (id) => void (await read(`/api/sessions/${encode(id)}`, z.unknown(), { method: 'DELETE' })),
    async signIn(visitor) {
      const headers = { 'content-type': 'application/json' }
      const session = await read('/api/sessions', sessionSchema, {
        method: 'POST',
        headers,
        body: JSON.stringify(visitor),
      })
      if (session === undefined) throw new ApiError('The API opens no sessions.')
      return session
    },
  }
}
