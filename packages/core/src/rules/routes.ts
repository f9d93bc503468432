import { type MatchFunction, match, type ParamData } from 'path-to-regexp'
import { optionError } from '../errors.ts'
import { canonicalText } from '../key/canonical-url.ts'
import { ORIGIN_DEFAULTS, type OriginSettings } from '../origin/settings.ts'
import type { Strategy } from './overload.ts'
import type { RouteLifetimes } from './policy.ts'
import { type RouteAdmission, type RouteAdmissionOptions, routeAdmission } from './route-admission.ts'
import type { StrategyFunction } from './strategy.ts'
import type { Stream } from './streaming.ts'
import { storedTags, type Tag } from './tags.ts'

/** Values of a pattern's parameters: decoded, a wildcard as a list of segments. */
export type RouteParams = Readonly<Record<string, string | readonly string[] | undefined>>

/** One rule of the route list. */
export interface RouteOptions {
  /** `path-to-regexp` pattern (Express 5's syntax) on the canonical path. `/x/*rest` includes `/x`. */
  readonly match: string
  /** `false`: the app answers, its own fields stand. Compared without regard to letter case. @default undefined */
  readonly cache?: false
  /**
   * Who decides on its pages: routes and renders (`policy`), or the app's own fields (`origin`, RFC 9111), beside which only `match`, `tags`, `admission` and `encoding` count.
   * @default the cache's
   */
  readonly freshness?: 'policy' | 'origin'
  /** Seconds that its pages are fresh. @default the cache's */
  readonly maxAge?: number
  /** Seconds past freshness in which they are served stale while they are refreshed. @default the cache's */
  readonly staleWhileRevalidate?: number
  /** Seconds past freshness in which they stand in when a render fails. @default the cache's */
  readonly staleIfError?: number
  /** The last part of their lifetime in which a visit starts a refresh, as a fraction: 0.2 of 60 seconds are the last 12. @default the cache's */
  readonly refreshAhead?: number
  /** Seconds by status for 301, 308, 404 and 410. @default the cache's */
  readonly statusMaxAge?: Readonly<Record<number, number>>
  /** Tags that every page of this route carries. Where a function throws, or gives no list, the app answers that visitor itself. @default [] */
  readonly tags?: readonly Tag[] | ((params: RouteParams) => readonly Tag[])
  /** `anonymous`: visitors with a session share the page too; the client makes it theirs. @default undefined */
  readonly session?: 'anonymous'
  /** Media types that are kept, without parameters. @default ['text/html'] */
  readonly types?: readonly string[]
  /** What to do with a Set-Cookie on its pages. @default the cache's */
  readonly setCookie?: 'refuse' | 'strip' | readonly string[]
  /** Headers that its pages may name in Vary although the key does not hold them. @default the cache's */
  readonly ignoreVary?: readonly string[]
  /** To whom its pages go out while they are still rendered. @default the cache's */
  readonly stream?: Stream
  /** How long anybody waits for its pages. @default {} */
  readonly admission?: RouteAdmissionOptions
  /** Whether its pages are rendered: `'never'` is how paths are excluded, with the shell as their page. @default the cache's */
  readonly strategy?: Strategy | StrategyFunction
  /** `false`: its pages are sent as they are, in no encoding. @default undefined */
  readonly encoding?: false
}

/** What holds for one path: the matching rule with the cache's defaults under it. */
export interface Route extends RouteLifetimes {
  /** The pattern, for statistics; `*` where no rule matched. */
  readonly name: string
  readonly cache: boolean
  readonly refreshAhead: number
  readonly session: 'anonymous' | undefined
  readonly types: readonly string[]
  readonly setCookie: 'refuse' | 'strip' | readonly string[]
  readonly ignoreVary: readonly string[]
  readonly stream: Stream
  readonly admission: RouteAdmission
  readonly strategy: Strategy | StrategyFunction
  readonly encoding: boolean
  /** By which settings the app's own fields decide; `undefined` where they do not. */
  readonly origin: OriginSettings | undefined
  /** Tags of this path's pages, as they are stored. */
  readonly tags: readonly string[]
  /** What the rule's `tags` threw for this path. Its pages could not be found by an invalidation, so `cache` is false. */
  readonly tagsFault?: { readonly error: unknown }
}

/** What a rule leaves unsaid. */
export interface RouteDefaults
  extends RouteLifetimes,
    Pick<Route, 'refreshAhead' | 'setCookie' | 'ignoreVary' | 'stream' | 'admission'> {
  /** @default 'default' */
  readonly strategy?: Route['strategy']
  /** @default 'policy' */
  readonly freshness?: 'policy' | 'origin'
  /** @default ORIGIN_DEFAULTS */
  readonly origin?: OriginSettings
  /** Whether what the app decides on is sent on encoded, too. @default false */
  readonly encodesOrigin?: boolean
}

/** Finds what holds for a canonical path. */
export type RouteTable = (path: string) => Route

const NO_ROUTE = '*'

/**
 * Compiles a route list; the first rule that matches counts.
 * @throws ERR_SSR_CACHE_OPTION for a pattern that `path-to-regexp` refuses.
 */
export function routeTable(routes: readonly RouteOptions[], defaults: RouteDefaults): RouteTable {
  const rules = routes.map((route, index) => rule(route, index, defaults))
  const unmatched = routeOf(NO_ROUTE, {}, defaults)
  return (path) => {
    for (const { matches, route, tags } of rules) {
      const found = matches(path)
      if (found === false) continue
      return tags === undefined ? route : tagged(route, () => tags(found.params))
    }
    return unmatched
  }
}

/** Fails closed: a path may be anybody's invention, and a page without its tags must not be everybody's. */
function tagged(route: Route, tags: () => readonly string[]): Route {
  try {
    return Object.freeze({ ...route, tags: tags() })
  } catch (error) {
    return Object.freeze({ ...route, cache: false, tagsFault: { error } })
  }
}

interface Rule {
  readonly matches: MatchFunction<ParamData>
  readonly route: Route
  /** Only where they depend on the path. */
  readonly tags: ((params: RouteParams) => readonly string[]) | undefined
}

function rule(options: RouteOptions, index: number, defaults: RouteDefaults): Rule {
  const { match: name, tags = [] } = options
  const matches = pattern(options, index)
  if (typeof tags !== 'function')
    return { matches, route: routeOf(name, options, defaults, stored(tags)), tags: undefined }
  return {
    matches,
    route: routeOf(name, options, defaults),
    tags: (params) => stored(checkedList(tags(params), index)),
  }
}

function pattern(route: RouteOptions, index: number): MatchFunction<ParamData> {
  try {
    return match(withRoot(route.match), {
      sensitive: route.cache !== false,
      decode: decoded,
      encodePath: (text) => canonicalText(text, false) ?? text,
    })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw optionError(
      `routes[${index}].match`,
      `a path pattern (${why})`,
      route.match,
      "Write '/movies/:id' or '/account/*rest'.",
    )
  }
}

/** `/x/*rest` includes `/x`, `/*rest` includes `/`: a wildcard at the end may be empty. */
function withRoot(path: string): string {
  const wildcard = /^(.*)\/(\*\w+|\*"[^"]+")$/.exec(path)
  if (wildcard === null) return path
  return wildcard[1] === '' ? `/{${wildcard[2]}}` : `${wildcard[1]}{/${wildcard[2]}}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // no UTF-8: handed on as it stands
  }
}

function stored(tags: readonly Tag[]): readonly string[] {
  return Object.freeze(tags.flatMap((tag) => storedTags(tag)))
}

/** What a function of the app gives is looked at before it is used. */
function checkedList(tags: unknown, index: number): readonly Tag[] {
  if (Array.isArray(tags)) return tags
  const expected = 'a function that gives a list of tags'
  throw optionError(`routes[${index}].tags`, expected, tags, "Write ({ id }) => ['movie:' + id].")
}

/** What holds under these options, with the defaults under them. */
export function routeOf(
  name: string,
  options: Omit<RouteOptions, 'match'>,
  defaults: RouteDefaults,
  tags: readonly string[] = [],
): Route {
  const isOrigin = (options.freshness ?? defaults.freshness) === 'origin'
  return Object.freeze({
    name,
    cache: options.cache !== false,
    session: options.session,
    types: (options.types ?? ['text/html']).map((type) => type.toLowerCase()),
    setCookie: options.setCookie ?? defaults.setCookie,
    ignoreVary: options.ignoreVary ?? defaults.ignoreVary,
    maxAge: options.maxAge ?? defaults.maxAge,
    staleWhileRevalidate: options.staleWhileRevalidate ?? defaults.staleWhileRevalidate,
    staleIfError: options.staleIfError ?? defaults.staleIfError,
    statusMaxAge: { ...defaults.statusMaxAge, ...options.statusMaxAge },
    // What the app has said may be served so long; asking it sooner is its own word's (RFC 5861).
    refreshAhead: isOrigin ? 0 : (options.refreshAhead ?? defaults.refreshAhead),
    encoding: options.encoding !== false && (!isOrigin || defaults.encodesOrigin === true),
    origin: isOrigin ? (defaults.origin ?? ORIGIN_DEFAULTS) : undefined,
    stream: options.stream ?? defaults.stream,
    admission: routeAdmission(options.admission, defaults.admission),
    strategy: options.strategy ?? defaults.strategy ?? 'default',
    tags,
  })
}
