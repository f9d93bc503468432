import type { VisitorRequest } from '../request.ts'
import type { Now } from '../store/store.ts'
import { askerOf } from './answers-by-mode.ts'
import type { Assembly } from './assembly.ts'
import { type Asked, bypassPlan, refusedPlan } from './bypass-plan.ts'
import { explainPlan } from './explain-hook.ts'
import { neverRendered } from './never-rendered.ts'
import { originPlan } from './origin-plan.ts'
import type { Answer, Plan, RenderFunction, RenderInput } from './plan.ts'
import type { Render } from './render-run.ts'
import type { Slot } from './slots.ts'
import { Stay } from './stay.ts'

/** What is to be done with a request: refused, answered by the app itself, or shared. The route is looked at first. */
export function planFor(request: VisitorRequest, parts: Assembly): Plan {
  const { slots, normalizer } = parts
  const { admin } = parts.settings
  const explanation = admin && explainPlan(request, admin.secret, parts)
  if (explanation !== undefined) return explanation
  const found = slots.find(request)
  if ('kind' in found) return refusedPlan(found, parts)
  const { route, url } = found
  if (route.tagsFault !== undefined) return taglessPlan({ found, request }, route.tagsFault.error, parts)
  if (!route.cache) return bypassPlan({ reason: 'route' }, { found, request }, parts)
  if (route.origin !== undefined) return originPlan(found, route.origin, request, parts)
  const bypass = normalizer.bypass(request, url, route)
  if (bypass !== undefined) {
    const never = neverRendered({ found, request }, bypass, parts)
    if (never !== undefined) return unrenderedPlan(never, request, parts)
    return bypassPlan(bypass, { found, request }, parts)
  }
  const slot = slots.slot(found, request)
  if ('kind' in slot) return refusedPlan(slot, parts)
  slots.heat.count(found)
  return sharedPlan(slot, request, parts)
}

function unrenderedPlan(slot: Slot, request: VisitorRequest, { told, standIns, failures }: Assembly): Plan {
  return {
    kind: 'shared',
    answer() {
      told(slot.route.name, 'turned-away', 'strategy')
      return standIns.unrendered(askerOf(slot, request))
    },
    failed: (error) => failures.tell(error, { route: slot.route.name, url: slot.url }),
  }
}

/** The rule cannot name the page's tags: its visitor's alone, and nobody downstream keeps what no invalidation finds. */
function taglessPlan(asked: Asked, error: unknown, parts: Assembly): Plan {
  const { route, url } = asked.found
  parts.events.emit('failure', { route: route.name, url: url.url, error, background: false, streamed: false })
  return { ...bypassPlan({ reason: 'route-tags' }, asked, parts), fields: 'personal' }
}

function sharedPlan(slot: Slot, request: VisitorRequest, parts: Assembly): Plan {
  return new SharedPlan(slot, request, parts)
}

/** No closures: of a crowd, each would have them until the end. */
class SharedPlan extends Stay implements Extract<Plan, { kind: 'shared' }> {
  readonly kind = 'shared'
  readonly #slot: Slot
  readonly #request: VisitorRequest
  readonly #parts: Assembly

  constructor(slot: Slot, request: VisitorRequest, parts: Assembly) {
    super()
    this.#slot = slot
    this.#request = request
    this.#parts = parts
  }

  answer(render: RenderFunction): Now<Answer> {
    const slot = this.#slot
    const request = this.#request
    const parts = this.#parts
    const narrowed: Render = (signal, previous) => render(inputFor(slot, request, { signal, previous }, parts))
    const { engine, eachAnew, isOff, encodings } = parts
    const wanted = encodings.wanted(request.headers)
    return (isOff?.() === true ? eachAnew : engine).answer({ slot, render: narrowed, request, wanted, stay: this })
  }

  failed(error: unknown): void {
    const { route, url } = this.#slot
    this.#parts.failures.tell(error, { route: route.name, url })
  }
}

/** Narrowed by the same function that the key is made by. */
function inputFor(
  slot: Slot,
  request: VisitorRequest,
  run: Pick<RenderInput, 'signal' | 'previous'>,
  { normalizer, coverage }: Assembly,
): RenderInput {
  const input = { request: normalizer.narrow(slot.page, request), ...run }
  return Object.freeze(coverage === undefined ? input : { ...input, watch: coverage.watch(slot, request) })
}
