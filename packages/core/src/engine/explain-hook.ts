import { hash, timingSafeEqual } from 'node:crypto'
import { headerValue, type VisitorRequest } from '../request.ts'
import { forwardedStatus } from '../rules/cache-status.ts'
import { PERSONAL } from '../rules/downstream.ts'
import type { Route } from '../rules/routes.ts'
import type { PageAnswer } from './answers.ts'
import type { Assembly } from './assembly.ts'
import { type Explanation, explain } from './explain.ts'
import type { Plan } from './plan.ts'
import type { RouteStats } from './stats.ts'

/** The header that asks for an explanation in place of the page; its value is `admin.secret`. */
const EXPLAIN_HEADER = 'ssr-cache-explain'

/** What whoever knows the secret is told of a request. */
export interface Explained {
  readonly explanation: Explanation
  /** Lifetimes of the route that matched, in seconds. */
  readonly lifetimes?: Pick<Route, 'maxAge' | 'staleWhileRevalidate' | 'staleIfError'>
  /** Counts of that route since the cache was made. */
  readonly counts?: RouteStats
  readonly build?: string
  /** Whether `hosts` are named. */
  readonly hostsNamed: boolean
}

/** The plan for a request that asks for its own explanation and knows the secret. Without the secret the header means nothing, as if it were not there. */
export function explainPlan(request: VisitorRequest, secret: string, parts: Assembly): Plan | undefined {
  const sent = headerValue(request.headers, EXPLAIN_HEADER)
  if (sent === undefined || !isSame(sent, secret)) return undefined
  const { [EXPLAIN_HEADER]: _, ...headers } = request.headers
  return {
    kind: 'shared',
    answer: () => explainedAnswer({ ...request, headers }, parts),
    failed: (error) => parts.failures.tell(error, { route: '*', url: request.target }),
  }
}

/** In constant time: digests are of one length, whatever was sent. */
function isSame(sent: string, secret: string): boolean {
  return timingSafeEqual(hash('sha256', sent, 'buffer'), hash('sha256', secret, 'buffer'))
}

async function explainedAnswer(request: VisitorRequest, parts: Assembly): Promise<PageAnswer> {
  const body = new TextEncoder().encode(JSON.stringify(await explained(request, parts)))
  const status = forwardedStatus('bypass', { detail: 'explanation' })
  const fields = [['content-type', 'application/json'], ...PERSONAL, ['cache-status', status]] as const
  return { kind: 'answer', status: 200, fields, body, shared: false }
}

async function explained(request: VisitorRequest, parts: Assembly): Promise<Explained> {
  const { settings, stats, slots } = parts
  const explanation = await explain(request, parts)
  const counts = stats.snapshot()[explanation.route ?? '*']
  const found = slots.find(request)
  return {
    explanation,
    ...('kind' in found ? {} : { lifetimes: lifetimesOf(found.route) }),
    ...(counts === undefined ? {} : { counts }),
    ...(settings.build === undefined ? {} : { build: settings.build.id }),
    hostsNamed: settings.hosts !== undefined,
  }
}

function lifetimesOf({ maxAge, staleWhileRevalidate, staleIfError }: Route): NonNullable<Explained['lifetimes']> {
  return { maxAge, staleWhileRevalidate, staleIfError }
}
