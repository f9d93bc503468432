import { escapeSegment, escapeText, fileNames, NAME_BYTES, unescapeSegment, unescapeText } from './file-name.ts'
import { checkStampText, STAMP_PATH, stampText } from './layout-stamp.ts'
import { type PathMapperOptions, type PathMapperSettings, resolvePathMapperOptions } from './mapper-options.ts'
import { type PageUrl, pathError, readPageUrl, urlText } from './page-url.ts'

/** Bytes of a whole path, from the folder of the pages down. */
const PATH_BYTES = 4096

/** Where each page's file lies, and which page a file holds: one function both ways, without a table. */
export interface PathMapper {
  /**
   * The one spelling of a page's URL (RFC 3986 6.2.2), query parameters in order of their names. Applying it twice changes nothing.
   * @throws ERR_SSR_CACHE_PATH for a URL that is malformed or of another site.
   */
  canonical(url: string): string
  /**
   * The file of a page: a relative path with `/` between its names, the same for every spelling of the URL and for no other URL; no two differ in letter
   * case or Unicode form only. Join it to a folder; the platform's own limit counts that folder too.
   *
   * Names beside a page are free for a writer: no path begins with another path and a dot, and names are at most 236 bytes.
   * @throws ERR_SSR_CACHE_PATH for a URL that is malformed or of another site, or whose path were longer than 4096 bytes.
   */
  toPath(url: string): string
  /**
   * The canonical URL of the page that lies at `path`; takes exactly what `toPath` gives.
   * @throws ERR_SSR_CACHE_PATH for any other path.
   */
  toUrl(path: string): string
  /** Where a writer keeps {@link stamp} in the folder of the pages; no page lies there. */
  readonly stampPath: string
  /** Layout version and options as one line of text. */
  readonly stamp: string
  /**
   * Compares what a reader found at `stampPath` (`undefined`: nothing) with its own stamp.
   * @throws ERR_SSR_CACHE_LAYOUT where the pages were written by another layout version or with other options.
   */
  checkStamp(text: string | undefined): void
}

/**
 * Maps URLs to files and back, for those who write pages ahead and those who serve them. Share one options object between the two.
 *
 * ```ts
 * const mapper = createPathMapper({ origin: 'https://shop.example' })
 * mapper.toPath('/movies/the-matrix')            // movies/the-matrix.html
 * mapper.toPath('/genres/drama?page=2')          // genres/drama!3fpage=2.html
 * mapper.toPath('/movies/')                      // movies/index.html
 * mapper.toUrl('movies/the-matrix.html')         // https://shop.example/movies/the-matrix
 * ```
 * @throws ERR_SSR_CACHE_OPTION for an unknown option or a value of the wrong type or form.
 */
export function createPathMapper(options: PathMapperOptions = {}): PathMapper {
  const settings = resolvePathMapperOptions(options)
  return Object.freeze({
    canonical: (url: string) => urlText(readPageUrl(url, settings)),
    toPath: (url: string) => pathOf(url, settings),
    toUrl: (path: string) => urlOf(path, settings),
    stampPath: STAMP_PATH,
    stamp: stampText(settings),
    checkStamp: (text: string | undefined) => checkStampText(text, settings),
  })
}

function pathOf(url: string, settings: PathMapperSettings): string {
  const path = pagePath(readPageUrl(url, settings), settings)
  if (path.length <= PATH_BYTES) return path
  throw pathError(
    'url',
    `of a page whose path is at most ${PATH_BYTES} bytes`,
    url,
    `This one's has ${path.length}: serve it without a file.`,
  )
}

function pagePath({ origin, path, query }: PageUrl, { hostFolders, extension }: PathMapperSettings): string {
  const segments = path.slice(1).split('/').map(escapeSegment)
  const last = segments.pop() as string // a split gives at least one
  const page = query === '' ? last : last + QUERY + escapeText(query)
  const folders = hostFolders ? [hostFolder(origin as string), ...segments] : segments // with host folders every URL has an origin
  return [...folders.map((folder) => fileNames(folder, '')), fileNames(page, extension)].join('/')
}

/** The `?` of a URL; no path segment holds one that is not percent-encoded. */
const QUERY = escapeText('?')
/** Where that stands: no token ends in `!`, so one before it makes it a percent-encoded one. */
const QUESTION = new RegExp(`(?<!!)${QUERY}`)
const HTTPS = 'https://'
const HTTP = 'http://'
/** Stands for {@link HTTP} in front of a host, which never holds an `@`; https goes without saying. */
const HTTP_FOLDER = 'http@'
const DOT = escapeText('.')

/** A host keeps its dots where it fits into one name: its labels are never empty, and no page lies beside host folders. */
function hostFolder(origin: string): string {
  const folder = origin.startsWith(HTTPS) ? origin.slice(HTTPS.length) : HTTP_FOLDER + origin.slice(HTTP.length)
  const escaped = escapeText(folder)
  return escaped.length > NAME_BYTES ? escaped : escaped.replaceAll(DOT, '.')
}

function originOfFolder(name: string): string {
  const folder = unescapeText(name)
  return folder.startsWith(HTTP_FOLDER) ? HTTP + folder.slice(HTTP_FOLDER.length) : HTTPS + folder
}

function urlOf(path: string, settings: PathMapperSettings): string {
  const url = typeof path === 'string' ? urlOfNames(path, settings) : undefined
  if (url !== undefined && isFileOf(path, url, settings)) return url
  throw pathError(
    'path',
    'one that toPath gives',
    path,
    'Hand in the path below the folder of the pages, with / between its names.',
  )
}

function urlOfNames(path: string, { origin, hostFolders, extension }: PathMapperSettings): string {
  const names = path.slice(0, -extension.length).replaceAll('!/', '').split('/')
  const site = hostFolders ? originOfFolder(names.shift() as string) : origin // a split gives at least one
  const page = names.pop() ?? ''
  const question = page.search(QUESTION)
  const last = question < 0 ? page : page.slice(0, question)
  const query = question < 0 ? '' : unescapeText(page.slice(question + QUERY.length))
  return urlText({ origin: site, path: `/${[...names, last].map(unescapeSegment).join('/')}`, query })
}

/** Comparing makes `toUrl` the exact inverse: whatever was misread above leads to another path, or to none. */
function isFileOf(path: string, url: string, settings: PathMapperSettings): boolean {
  try {
    return pathOf(url, settings) === path
  } catch {
    return false
  }
}
