import type { KeyNormalizer } from '../key/normalizer.ts'
import type { VariantPart } from '../key/variant.ts'
import type { Route } from '../rules/routes.ts'
import type { StoreKey } from '../store/store.ts'

/** A store key as the engine works with it: by which rules what is kept under it lives, and what of a request its render may know. */
export interface Keyed extends StoreKey {
  readonly route: Route
  /** The keyed parts of the request: what `pageContext().variant` shows. */
  readonly parts: readonly VariantPart[]
  /** Request fields that are part of the key since the app's own Vary has named them, lower case. @default none */
  readonly names?: readonly string[]
  /** The key of the same URL whatever Vary says: where its names are kept. Only there where `names` are. */
  readonly base?: Keyed
  /** A value's, and no page's. @default false */
  readonly isValue?: boolean
  /** How a key spells any path and query, to tell whether a redirect leads to the same page. */
  readonly canonicalTarget: KeyNormalizer['target']
}
