import { pageContext } from '@ssr-cache/core/context'
import type { FilmCard } from '../contract/film.ts'
import { filmTag } from '../contract/tags.ts'

/**
 * Says to the cache that the page being rendered shows `film`: an edit of the film reaches the page, and the page ends when the film's offer
 * does. Components call it, so that no page can forget a film that it embeds; in the browser it does nothing.
 */
export function declareShown(film: Pick<FilmCard, 'id' | 'offer'>): void {
  const context = pageContext()?.tag(filmTag(film.id))
  if (film.offer) context?.expiresAt(film.offer.endsAt)
}
