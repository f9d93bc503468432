import type { VisitorRequest } from '../request.ts'
import type { Bucket } from './buckets.ts'
import { SESSION_COOKIES } from './session-cookies.ts'

/** What a page depends on beside its URL. What is not named here never reaches a shared render. */
export interface KeyOptions {
  /** Query parameters to drop besides the well-known click and campaign names, by exact name. @default [] */
  readonly ignoreQuery?: readonly string[]
  /** If set, every other query parameter is dropped, and reported. Prefer `ignoreQuery`: a forgotten name breaks a page. @default undefined */
  readonly allowQuery?: readonly string[]
  /** Cookies that are part of the key, by exact name. @default [] */
  readonly cookies?: readonly string[]
  /** Headers that are part of the key: `true` for the whole value, a {@link Bucket} for few values. @default {} */
  readonly headers?: Readonly<Record<string, true | Bucket>>
  /**
   * Headers that reach the render although no key holds them: what passes comes from one visitor and must not be printed into the page, which is
   * everybody's. `traceparent` and `tracestate` pass only as W3C Trace Context spells them, others up to `maxValueBytes` and without controls.
   * @default ['traceparent', 'tracestate']
   */
  readonly passThrough?: readonly string[]
  /** Longest path and query as sent, in bytes; beyond it 414. Also the longest scope and context of a key; beyond it 431. @default 8192 */
  readonly maxUrlBytes?: number
  /** Longest keyed header or cookie, in bytes, before its bucket and after; beyond it 431. A longer header that passes is left out. @default 1024 */
  readonly maxValueBytes?: number
}

/** Who is answered by the app itself, with a page that nobody else sees. */
export interface BypassOptions {
  /** Cookies that say who somebody is; `*` at the end stands for any ending. @default the usual session names */
  readonly cookies?: readonly string[]
  /** Query parameters of previews and one-time links; `preview[x]` counts as `preview`. @default ['preview', 'draft', 'token', 'asm', 'cx-preview'] */
  readonly query?: readonly string[]
  /**
   * Anything else: `true` bypasses. Runs on every request that nothing above decided, and must answer at once. It fails closed: where it throws, or
   * gives anything truthy, the app answers.
   * @default undefined
   */
  readonly when?: (request: VisitorRequest) => boolean
}

/** Options of {@link createKeyNormalizer}. */
export interface KeyNormalizerOptions {
  /** Hosts that may be asked for, with their port where it is not the scheme's; `*.shop.example` for all below. Unset: as sent. @default undefined */
  readonly hosts?: readonly string[]
  /** What a page depends on beside its URL. @default {} */
  readonly key?: KeyOptions
  /** Who is answered by the app itself. @default {} */
  readonly bypass?: BypassOptions
}

/** Options of both interfaces that have a default, those of {@link BypassOptions} under names of their own. */
type KeyDefaults = Required<Omit<KeyOptions, 'allowQuery'>> & {
  readonly bypassCookies: readonly string[]
  readonly bypassQuery: readonly string[]
}

/** All defaults of {@link KeyOptions} and {@link BypassOptions}, in one place. */
export const KEY_DEFAULTS: KeyDefaults = {
  ignoreQuery: [],
  cookies: [],
  headers: {},
  passThrough: ['traceparent', 'tracestate'],
  maxUrlBytes: 8192,
  maxValueBytes: 1024,
  bypassCookies: SESSION_COOKIES,
  bypassQuery: ['preview', 'draft', 'token', 'asm', 'cx-preview'],
}
