import { type Bypass, isPersonal } from '../key/bypass.ts'
import type { Assembly } from './assembly.ts'
import type { Asked } from './bypass-plan.ts'
import type { Slot } from './slots.ts'

/** A page that nobody is to render, not for one person either: what is theirs, the browser adds. `undefined`: it is rendered, or no page is asked for. */
export function neverRendered(
  { found, request }: Asked,
  bypass: Bypass | undefined,
  { slots, reception }: Pick<Assembly, 'slots' | 'reception'>,
): Slot | undefined {
  if (found.route.strategy === 'default' || (bypass !== undefined && !isPersonal(bypass.reason))) return undefined
  const slot = slots.slot(found, request)
  if ('kind' in slot) return undefined
  return reception.strategy({ slot, request }) === 'never' ? slot : undefined
}
