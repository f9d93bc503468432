import type { z } from 'zod'
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

export function apiClient(apiUrl: string): ApiClient {
  const read = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | undefined> => {
    try {
      const response = await fetch(new URL(path, apiUrl), { signal: AbortSignal.timeout(API_TIMEOUT_MS) })
      if (response.status === 404) return undefined
      if (!response.ok) throw new Error(`status ${response.status}`)
      return schema.parse(await response.json())
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
  }
}
