import { z } from 'zod'
import { isToken } from '../cache-control/token.ts'
import { ORIGIN_DEFAULTS, type OriginOptions, type OriginSettings } from '../origin/settings.ts'
import { expect, lastPart } from './checks.ts'
import { defined } from './defined.ts'
import { type Expectation, seconds } from './quantity.ts'

const isFieldName = (value: unknown): boolean => typeof value === 'string' && isToken(value)

/** The shape of the option `origin`. */
export const originSchema: z.ZodType = z.strictObject({
  targetedFields: expect(
    (value) => Array.isArray(value) && value.every(isFieldName),
    'a list of field names',
    "Write ['cdn-cache-control'].",
  ).optional(),
  setCookie: expect(
    (value) =>
      value === 'refuse' ||
      value === 'strip' ||
      value === 'keep' ||
      (Array.isArray(value) && value.every((name) => typeof name === 'string')),
    "'refuse', 'strip', 'keep' or a list of cookie names to strip",
    "Write 'refuse' unless you know the cookie to be of no use to the visitor.",
  ).optional(),
  staleOnDisconnect: seconds().optional(),
  heuristicFraction: lastPart.optional(),
  keepForValidation: seconds().optional(),
  requestDirectives: z.boolean().optional(),
})

/** The option with its defaults laid under. */
export function resolveOrigin(origin: OriginOptions = {}): OriginSettings {
  const resolved = { ...ORIGIN_DEFAULTS, ...defined(origin) }
  return { ...resolved, targetedFields: resolved.targetedFields.map((name) => name.toLowerCase()) }
}

type Freshness = 'policy' | 'origin' | undefined

/** As far as it is looked at here: each was checked by itself. */
interface Modes {
  readonly freshness?: Freshness
  readonly routes?: readonly { readonly freshness?: Freshness; readonly cache?: false }[]
}

/** What speaks of lifetimes and of what may be shared: where the app's own fields do, each of them would be a second word. */
const OF_POLICY: readonly string[] = ['statusMaxAge', 'setCookie', 'ignoreVary']
/** Of the whole cache these count for values, too. */
const OF_ROUTES: readonly string[] = [
  ...OF_POLICY,
  'maxAge',
  'staleWhileRevalidate',
  'staleIfError',
  'refreshAhead',
  'session',
  'types',
  'strategy',
]

/** Refuses what would mean nothing in the mode of its route, or of all routes. */
export function checkModes(value: object, context: z.RefinementCtx): void {
  const options = value as Modes & Readonly<Record<string, unknown>> // each was looked at before
  const { freshness, routes = [] } = options
  const modes = routes.filter(({ cache }) => cache !== false).map((route) => route.freshness ?? freshness)
  routes.forEach((route, index) => {
    if (modeOf(route.freshness, freshness) !== 'origin') return
    const idle = idleIn(route, OF_ROUTES)
    if (idle !== undefined) refuse(context, ['routes', index, idle], (route as Record<string, unknown>)[idle], DECIDED)
  })
  if (freshness === 'origin' && !modes.includes('policy')) {
    const idle = idleIn(options, OF_POLICY)
    if (idle !== undefined) refuse(context, [idle], options[idle], DECIDED)
  }
  if (options['origin'] !== undefined && freshness !== 'origin' && !modes.includes('origin')) {
    refuse(context, ['origin'], options['origin'], UNUSED)
  }
}

function modeOf(own: Freshness, inherited: Freshness): 'policy' | 'origin' {
  return own ?? inherited ?? 'policy'
}

function idleIn(options: object, names: readonly string[]): string | undefined {
  return names.find((name) => (options as Readonly<Record<string, unknown>>)[name] !== undefined)
}

const DECIDED: Expectation = {
  expected: "left out where freshness is 'origin'",
  wayOut: () =>
    "The app's own Cache-Control, Expires and Vary decide there; write freshness: 'policy' where they shall not.",
}
const UNUSED: Expectation = {
  expected: "left out where no route has freshness: 'origin'",
  wayOut: () => "Write freshness: 'origin', for the cache or for a route.",
}

function refuse(context: z.RefinementCtx, path: PropertyKey[], input: unknown, params: Expectation): void {
  context.addIssue({ code: 'custom', path, params, input })
}
