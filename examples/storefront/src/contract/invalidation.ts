import { z } from 'zod'

/** What the API sends to the storefront's `POST /hooks/invalidate`. */
export const invalidationSchema = z.strictObject({
  tags: z.array(z.string().min(1).max(200)).min(1).max(64),
  /**
   * `invalidate`: the next visitor still gets the old page while one refresh runs. `purge`: nobody gets the old page again.
   */
  how: z.enum(['invalidate', 'purge']).default('invalidate'),
})
export type Invalidation = z.infer<typeof invalidationSchema>
