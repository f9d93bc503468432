import type { Invalidation } from '../contract/invalidation.ts'

const HOOK_TIMEOUT_MS = 3_000

export interface StorefrontHookOptions {
  /** Origin of the storefront: `http://127.0.0.1:3000`. */
  readonly storefrontUrl: string
  /** Known to both sides; without it anybody could make the storefront render everything again. */
  readonly secret: string
}

/** Tells the storefront which pages are no longer true. Rejects where the storefront cannot be told, after two tries. */
export type TellStorefront = (invalidation: Invalidation) => Promise<void>

export function storefrontHook({ storefrontUrl, secret }: StorefrontHookOptions): TellStorefront {
  const tell: TellStorefront = async (invalidation) => {
    const response = await fetch(new URL('/hooks/invalidate', storefrontUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(invalidation),
      signal: AbortSignal.timeout(HOOK_TIMEOUT_MS),
    })
    if (!response.ok) throw new Error(`the storefront answered ${response.status} to the invalidation`)
  }
  // The process that was told may have ended over it; to be told twice does no harm.
  return (invalidation) => tell(invalidation).catch(() => tell(invalidation))
}
