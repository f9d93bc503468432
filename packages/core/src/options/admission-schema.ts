import { z } from 'zod'
import { type RouteAdmissionOptions, routeAdmission } from '../rules/route-admission.ts'
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
  ...waits,
  // Checked by itself: it has a short form.
  fallback: z.unknown().optional(),
})

/** The shape of a route's own. */
export const routeAdmissionSchema: z.ZodObject = z.strictObject(waits)

/** As far as it is looked at here: each was checked by itself. */
interface Limited {
  readonly admission?: AdmissionOptions
  readonly routes?: readonly { readonly admission?: RouteAdmissionOptions }[]
}

/** Refuses limits that contradict each other: of the cache, and of each route with the cache's beside its own. */
export function checkLimits(value: object, context: z.RefinementCtx): void {
  const { admission, routes = [] } = value as Limited // each was looked at before
  const cache = resolveAdmission(admission)
  refuse(context, ['admission'], contradiction(cache))
  routes.forEach((route, index) => {
    if (route.admission === undefined) return
    const own = routeAdmission(defined(route.admission), cache)
    refuse(context, ['routes', index, 'admission'], contradiction(own))
  })
}

interface Contradiction extends Expectation {
  readonly name: keyof RouteAdmissionOptions
  readonly got: number
}

function contradiction(limits: Required<RouteAdmissionOptions>): Contradiction | undefined {
  const { timeoutMs, queueTimeoutMs, deadlineMs } = limits
  if (timeoutMs > deadlineMs)
    return {
      name: 'deadlineMs',
      got: deadlineMs,
      expected: `at least timeoutMs (${timeoutMs})`,
      wayOut: () => 'A render must be allowed to run as long as a visitor waits for it.',
    }
  if (queueTimeoutMs > deadlineMs)
    return {
      name: 'queueTimeoutMs',
      got: queueTimeoutMs,
      expected: `at most deadlineMs (${deadlineMs})`,
      wayOut: () => `Write ${deadlineMs} or less: nothing may wait for longer than it may run.`,
    }
  return undefined
}

function refuse(context: z.RefinementCtx, path: PropertyKey[], found: Contradiction | undefined): void {
  if (found === undefined) return
  context.addIssue({ code: 'custom', path: [...path, found.name], params: found, input: found.got })
}
