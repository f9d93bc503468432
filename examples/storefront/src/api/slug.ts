/** `Le Fabuleux destin d'Amélie Poulain` → `le-fabuleux-destin-d-amelie-poulain`. Empty where the text has no letter and no digit. */
export function slugOf(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
}

interface Sluggable {
  readonly id: number
  readonly title: string | null
  readonly year: number
}

/**
 * One slug per film, in the order of `films`: the title, and the year where titles are alike. Given once and kept, so that a film that an
 * editor renames stays where links point to.
 */
export function uniqueSlugs(films: readonly Sluggable[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const film of films) counts.set(titleSlug(film), (counts.get(titleSlug(film)) ?? 0) + 1)

  const taken = new Set<string>()
  return films.map((film) => {
    let slug = counts.get(titleSlug(film)) === 1 ? titleSlug(film) : `${titleSlug(film)}-${film.year}`
    while (taken.has(slug)) slug += `-${film.id}`
    taken.add(slug)
    return slug
  })
}

function titleSlug(film: Sluggable): string {
  return slugOf(film.title ?? '') || 'untitled'
}
