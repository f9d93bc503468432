import { createHash } from 'node:crypto'
import type { Visit } from './visit.ts'

/** Path and query to ask for. */
export type Mapping = (visit: Pick<Visit, 'path' | 'query'>) => string

/** The log's own: for the app that wrote it. */
export const ownPaths: Mapping = ({ path, query }) => path + query

/** The parameter that keeps the log's pages apart. The cache does not know it, so it is part of the key. */
const PAGE_PARAMETER = 'log-page'

/**
 * Each path of the log is a page of its own, always the same: the home page is the home page, any other is a film, chosen by a hash of the path, and
 * with that hash in its query. So two paths are two pages even where they show one film, and pages are as popular as the log's were; nothing has to be
 * remembered. The log's query stands behind it as it came.
 */
export function storefrontPages(films: readonly string[]): Mapping {
  return ({ path, query }) => {
    if (path === '/') return path + query
    const hash = createHash('sha256').update(path, 'latin1').digest()
    const film = films[hash.readUInt32BE(0) % films.length] ?? ''
    const own = query.length > 1 ? `&${query.slice(1)}` : ''
    return `/movies/${encodeURIComponent(film)}?${PAGE_PARAMETER}=${hash.toString('hex', 4, 12)}${own}`
  }
}
