import { z } from 'zod'
import { type RouteAdmission, routeAdmission } from '../rules/route-admission.ts'
import type { RouteOptions } from '../rules/routes.ts'
import { isStrategy } from '../rules/strategy.ts'
import { type AdmissionOptions, resolveAdmission } from './admission-options.ts'
import { expect } from './checks.ts'
import { defined } from './defined.ts'
import { count, type Expectation, milliseconds } from './quantity.ts'

const isSynchronousFunction = (value: unknown): boolean => Object.prototype.toString.call(value) === '[object Function]'

/** Whether a page is rendered. */
export const strategySchema: z.ZodType = expect(
  (value) => isStrategy(value) || isSynchronousFunction(value),
  "'always', 'never', 'default', or a function of the request that answers with one of them at once",
  "Write 'default', or leave it out.",
)

const waits = {
  queueTimeoutMs: milliseconds().optional(),
  timeoutMs: milliseconds().optional(),
  crawlerTimeoutMs: milliseconds().optional(),
  alwaysTimeoutMs: milliseconds().optional(),
  deadlineMs: milliseconds(1).optional(),
}

/** The shape of the option `admission`. */
export const admissionSchema: z.ZodObject = z.strictObject({
  concurrency: count(1).optional(),
  // Checked by itself: it may be true.
  adaptive: z.unknown().optional(),
  queueLimit: count().optional(),
  bypassConcurrency: count(1).optional(),
  alwaysConcurrency: count(1).optional(),
  writeOffLimit: count().optional(),
  ...waits,
  // Checked by itself: it has a short form.
  fallback: z.unknown().optional(),
  strategy: strategySchema.optional(),
})

/** The shape of a route's own. */
export const routeAdmissionSchema: z.ZodObject = z.strictObject({ concurrency: count(1).optional(), ...waits })

/** As far as it is looked at here: each was checked by itself. */
interface Limited {
  readonly admission?: AdmissionOptions
  readonly routes?: readonly Pick<RouteOptions, 'admission' | 'strategy'>[]
}

/** Where nothing is rendered, something else must be there. */
export function checkStrategies(value: object, context: z.RefinementCtx): void {
  const { admission = {}, routes = [] } = value as Limited // each was looked at before
  if (admission.fallback !== undefined) return
  const mayBeNever = [admission, ...routes].map(
    ({ strategy }) => strategy === 'never' || typeof strategy === 'function',
  )
  const at = mayBeNever.indexOf(true)
  if (at < 0) return
  const params: Expectation = {
    expected: at === 0 ? 'beside admission.strategy' : `beside routes[${at - 1}].strategy`,
    wayOut: () => "Write the file of the client-side shell, or strategy: 'always' or 'default'.",
  }
  context.addIssue({ code: 'custom', path: ['admission', 'fallback'], params, input: undefined })
}

/** Refuses limits that contradict each other: of the cache, and of each route with the cache's beside its own. */
export function checkLimits(value: object, context: z.RefinementCtx): void {
  const { admission, routes = [] } = value as Limited // each was looked at before
  const cache = resolveAdmission(admission)
  refuse(context, ['admission'], lateness(cache) ?? excess('alwaysConcurrency', cache.alwaysConcurrency, cache))
  routes.forEach((route, index) => {
    if (route.admission === undefined) return
    const own = routeAdmission(defined(route.admission), cache)
    refuse(context, ['routes', index, 'admission'], lateness(own) ?? excess('concurrency', own.concurrency, cache))
  })
}

interface Contradiction extends Expectation {
  readonly name: keyof AdmissionOptions
  readonly got: number
}

/** Who waits for longer than the work may take. */
function lateness(limits: RouteAdmission): Contradiction | undefined {
  const { timeoutMs, crawlerTimeoutMs, alwaysTimeoutMs, queueTimeoutMs, deadlineMs } = limits
  if (timeoutMs > deadlineMs)
    return {
      name: 'deadlineMs',
      got: deadlineMs,
      expected: `at least timeoutMs (${timeoutMs})`,
      wayOut: () => 'A render must be allowed to run as long as a visitor waits for it.',
    }
  if (crawlerTimeoutMs < timeoutMs || crawlerTimeoutMs > deadlineMs)
    return {
      name: 'crawlerTimeoutMs',
      got: crawlerTimeoutMs,
      expected: `at least timeoutMs (${timeoutMs}) and at most deadlineMs (${deadlineMs})`,
      wayOut: () => 'A crawler waits as long as people do, or longer.',
    }
  if (alwaysTimeoutMs > deadlineMs) return overdue('alwaysTimeoutMs', alwaysTimeoutMs, deadlineMs)
  if (queueTimeoutMs > deadlineMs) return overdue('queueTimeoutMs', queueTimeoutMs, deadlineMs)
  return undefined
}

function overdue(name: Contradiction['name'], got: number, deadlineMs: number): Contradiction {
  const wayOut = (): string => `Write ${deadlineMs} or less: nothing may wait for longer than it may run.`
  return { name, got, expected: `at most deadlineMs (${deadlineMs})`, wayOut }
}

/** A cap inside of the cache's that is larger than that. */
function excess(
  name: Contradiction['name'],
  got: number,
  { concurrency }: Pick<RouteAdmission, 'concurrency'>,
): Contradiction | undefined {
  if (got <= concurrency) return undefined
  const wayOut = (): string =>
    `Write ${concurrency} or less, or raise admission.concurrency: it is a cap inside of that one.`
  return { name, got, expected: `at most admission.concurrency (${concurrency})`, wayOut }
}

function refuse(context: z.RefinementCtx, path: PropertyKey[], found: Contradiction | undefined): void {
  if (found === undefined) return
  context.addIssue({ code: 'custom', path: [...path, found.name], params: found, input: found.got })
}
