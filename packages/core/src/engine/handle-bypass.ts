import { fieldsRule } from '../rules/downstream.ts'
import { type Handler, rendered } from './handler.ts'
import { headerPairs } from './header-pairs.ts'
import { inPlace } from './held-place.ts'
import { Page } from './page.ts'
import type { Plan } from './plan.ts'
import { whileThere } from './stay.ts'
import type { RequestLike } from './visitor.ts'

/** A visitor's own answer, from the visitor's own request: shared with nobody, and sent so that nobody downstream shares it. */
export async function handleBypass(
  plan: Extract<Plan, { kind: 'bypass' }>,
  request: RequestLike,
  handler: Handler,
): Promise<Page> {
  const admission = await whileThere(plan.admit(), plan, request)
  if (admission.kind === 'answer') return new Page(admission)
  const own = request instanceof Request ? request : new Request(request.url, requestInit(request))
  const input = { request: own, shared: false, previous: undefined, signal: own.signal }
  const { status, fields, body } = rendered(await inPlace(admission, () => handler(input), { plan, request }))
  plan.answered?.(status, fields)
  const sent = fieldsRule(plan.fields)(fields)
  return new Page({
    kind: 'answer',
    status,
    fields: [...sent, ['cache-status', plan.cacheStatus]],
    body,
    shared: false,
  })
}

function requestInit({ method, headers }: RequestLike): RequestInit {
  const lines = [...headerPairs(headers)].flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((line): [string, string] => [name, line]),
  )
  return { method: method ?? 'GET', headers: lines }
}
