// In a browser there is no page that is being rendered: components that are bundled for both sides call it and get nothing.
import type { PageContext } from './page-context.ts'

export type { Tag } from '../rules/tags.ts'
export type { PageContext } from './page-context.ts'

/** Always `undefined` in a browser. */
export function pageContext(): PageContext | undefined {
  return undefined
}
