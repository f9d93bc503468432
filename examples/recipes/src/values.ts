import type { RenderCache } from '@ssr-cache/core'

export interface Shop {
  menu(): Promise<readonly string[]>
  price(film: string, currency: string): Promise<number>
}

export interface FilmPage {
  readonly menu: readonly string[]
  readonly price: number
}

export async function filmPage(cache: RenderCache, shop: Shop, film: string, currency: string): Promise<FilmPage> {
  // Loaded once for all pages. An edit of the menu, cache.invalidate({ tags: ['menu'] }), reaches every page that shows it.
  const menu = await cache.value('menu', { maxAge: 600, tags: ['menu'] }, () => shop.menu())
  // What the load depends on is in the key: here the film, and the currency that the page was asked for in.
  const options = { maxAge: 60, tags: [`film:${film}`] }
  const price = await cache.value(`price:${film}:${currency}`, options, () => shop.price(film, currency))
  return { menu, price }
}
