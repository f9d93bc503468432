import type { ReactElement } from 'react'
import type { FilmCard } from '../../contract/film.ts'
import { price } from '../format.ts'

export function Price({ film }: { readonly film: Pick<FilmCard, 'priceCents' | 'offer'> }): ReactElement {
  if (!film.offer) return <span className="price">{price(film.priceCents)}</span>
  return (
    <span className="price">
      <span className="visually-hidden">Instead of </span>
      <s>{price(film.priceCents)}</s> <span className="visually-hidden">now </span>
      <strong>{price(film.offer.priceCents)}</strong>
    </span>
  )
}
