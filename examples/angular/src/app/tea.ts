export interface Tea {
  readonly slug: string
  readonly name: string
  readonly origin: string
  readonly priceCents: number
}
