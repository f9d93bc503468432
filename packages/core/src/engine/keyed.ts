import type { KeyNormalizer } from '../key/normalizer.ts'
import type { VariantPart } from '../key/variant.ts'
import type { Route } from '../rules/routes.ts'
import type { StoreKey } from '../store/store.ts'

/** A store key as the engine works with it: by which rules what is kept under it lives, and what of a request its render may know. */
export interface Keyed extends StoreKey {
  readonly route: Route
  /** The keyed parts of the request: what `pageContext().variant` shows. */
  readonly parts: readonly VariantPart[]
  /** A value's, and no page's. @default false */
  readonly isValue?: boolean
  /** How a key spells any path and query, to tell whether a redirect leads to the same page. */
  readonly canonicalTarget: KeyNormalizer['target']
}
