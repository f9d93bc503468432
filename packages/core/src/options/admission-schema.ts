import { z } from 'zod'
import { type RouteAdmission, type RouteAdmissionOptions, routeAdmission } from '../rules/route-admission.ts'
import { type AdmissionOptions, resolveAdmission } from './admission-options.ts'
import { defined } from './defined.ts'
import { count, type Expectation, milliseconds } from './quantity.ts'

const waits = {
  queueTimeoutMs: milliseconds().optional(),
  timeoutMs: milliseconds().optional(),
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
})

/** The shape of a route's own. */
export const routeAdmissionSchema: z.ZodObject = z.strictObject({ concurrency: count(1).optional(), ...waits })

/** As far as it is looked at here: each was checked by itself. */
interface Limited {
  readonly admission?: AdmissionOptions
  readonly routes?: readonly { readonly admission?: RouteAdmissionOptions }[]
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
function lateness({ timeoutMs, queueTimeoutMs, deadlineMs }: RouteAdmission): Contradiction | undefined {
  if (timeoutMs > deadlineMs)
    return {
      name: 'deadlineMs',
      got: deadlineMs,
      expected: `at least timeoutMs (${timeoutMs})`,
      wayOut: () => 'A render must be allowed to run as long as a visitor waits for it.',
    }
  if (queueTimeoutMs <= deadlineMs) return undefined
  return {
    name: 'queueTimeoutMs',
    got: queueTimeoutMs,
    expected: `at most deadlineMs (${deadlineMs})`,
    wayOut: () => `Write ${deadlineMs} or less: nothing may wait for longer than it may run.`,
  }
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
