export interface Tea {
  readonly slug: string
  readonly name: string
  readonly origin: string
  readonly priceCents: number
}

/** What a page is made of: loaded by the server, and sent along for hydration. */
export type Page =
  | { readonly kind: 'menu'; readonly teas: readonly Tea[] }
  | { readonly kind: 'tea'; readonly tea: Tea }
  | { readonly kind: 'account'; readonly name: string | null }
  | { readonly kind: 'not-found' }
