import { handlerFields, handlerResponse } from '../engine/handler.ts'
import type { Plan } from '../engine/plan.ts'
import type { Field } from '../fields.ts'
import { measurable } from '../rules/declared-length.ts'
import { fieldsRule } from '../rules/downstream.ts'

type BypassPlan = Extract<Plan, { kind: 'bypass' }>

/** What the app answered to one visitor itself, with fields by which nobody downstream shares it. */
export function ownResponse(given: Response, plan: BypassPlan): Response {
  const { cacheStatus, failed } = plan
  const response = handlerResponse(given)
  // A runtime's own answer to an upgrade has no copy.
  if (response.status === 101) return response
  const own = changeable(response)
  const before = handlerFields(own)
  plan.answered?.(own.status, before)
  change(own.headers, before, fieldsRule(plan.fields)(measurable(before, failed)))
  // Each cache adds its member at the end (RFC 9211 2).
  own.headers.append('cache-status', cacheStatus)
  return own
}

/** The same Response, by which its host knows how to write it best; or a copy, of one whose headers are not to be changed: what `fetch` gave, or a redirect. */
function changeable(response: Response): Response {
  try {
    // A name that nobody sends: nothing is changed, but where nothing may be (the Fetch Standard's guard "immutable") it throws.
    response.headers.delete('ssr-cache-probe')
    return response
  } catch {
    return new Response(response.body, response)
  }
}

/** Lines are told apart by identity. */
function change(headers: Headers, before: readonly Field[], after: readonly Field[]): void {
  for (const field of before) if (!after.includes(field)) headers.delete(field[0])
  for (const field of after) if (!before.includes(field)) headers.append(...field)
}
