import type { PageAnswer } from '../engine/answers.ts'
import { discard } from '../engine/collect.ts'
import { faultOf } from '../engine/fault.ts'
import type { Plan } from '../engine/plan.ts'
import { webResponse } from '../engine/web-response.ts'
import { THROWN } from '../rules/cache-status.ts'
import { PERSONAL } from '../rules/downstream.ts'
import { type Asking, replyTo } from '../rules/reply.ts'

/** An answer as a Response for one client. */
export function fetchResponse(
  asking: Asking,
  answer: Pick<PageAnswer, 'status' | 'fields' | 'body' | 'asCame' | 'standsIn'>,
): Response {
  const { status, fields, body, length, sendsContent } = replyTo(asking, answer)
  if (!sendsContent) discard(body)
  return webResponse({
    status,
    fields: length === undefined ? fields : [...fields, ['content-length', String(length)]],
    body: sendsContent ? body : null,
  })
}

/** The answer where the app failed: no host's error page, which caches in front might keep. */
export function faultResponse(asking: Asking, error: unknown, plan: Plan | undefined): Response {
  const { status, fields, body } = faultOf(error)
  const cacheStatus = plan?.kind === 'bypass' ? plan.cacheStatus : THROWN
  return fetchResponse(asking, { status, fields: [...fields, ...PERSONAL, ['cache-status', cacheStatus]], body })
}
