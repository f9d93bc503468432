// The page that is being rendered

export type { Tag } from '../rules/tags.ts'
export { type PageContext, pageContext } from './page-context.ts'
export type { PreviousPage } from './previous-page.ts'
