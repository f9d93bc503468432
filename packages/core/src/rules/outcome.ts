import type { KeptState } from './decide.ts'
import type { Verdict } from './storable.ts'

/** What is done with the key after a render whose page is not kept. */
export type Outcome =
  /** The old page stays and the key rests: nothing that the render gave is worth more. Shared by all who waited. */
  | { readonly kind: 'rest' }
  /** The answer is one visitor's alone. The old page stays while it may be served and the key rests, or goes and the key is marked. */
  | { readonly kind: 'own'; readonly mark: boolean }

function isThere(kept: KeptState): boolean {
  return kept === 'fresh' || kept === 'stale' || kept === 'error'
}

/** What a render that gave no page for all does to its key, by what it gave and what is kept (an error never replaces a page). */
export function outcomeOf(verdict: Exclude<Verdict, { kind: 'shareable' }>, kept: KeptState): Outcome {
  if (verdict.kind === 'failure') return { kind: 'rest' }
  // A page that came back empty says more of the app's state than of the page.
  if (verdict.reason === 'empty' && isThere(kept)) return { kind: 'rest' }
  return { kind: 'own', mark: kept !== 'fresh' && kept !== 'stale' }
}
