import { describe, test } from 'vitest'
import { type Neighbour, ORDER, type OrderRow } from './order.ts'

/** Shows on a real server that a row says what is so: what happens, and that what mends it does. */
type Proof = () => Promise<void>

/** A test of each row of a package, under the row's own words; a row without a proof does not compile. */
export function prove<Name extends Neighbour>(
  name: Name,
  proofs: Readonly<Record<keyof (typeof ORDER)[Name], Proof>>,
): void {
  const rows = Object.entries<OrderRow>(ORDER[name])
  const byId: Readonly<Record<string, Proof>> = proofs
  describe(name, () => {
    test.each(rows.map(([id, row]) => [titleOf(row), id] as const))('%s', async (_title, id) => {
      await byId[id]!()
    })
  })
}

function titleOf({ where, hits, covers }: OrderRow): string {
  return `${where}: ${hits} (${covers})`
}
