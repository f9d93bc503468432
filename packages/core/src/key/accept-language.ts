/** One language range of an Accept-Language field and its weight. */
interface Preference {
  readonly range: string
  readonly quality: number
}

/** What a field says of one locale, by the range that comes closest to it. */
interface Match {
  readonly locale: string
  readonly quality: number
  readonly closeness: number
  readonly place: number
}

/**
 * The locale that an Accept-Language field likes best, or `undefined` where it likes none (RFC 9110 12.5.4): the closest range gives a locale its
 * weight; the better weight wins, then the closer range, then the earlier one. Where one range finds several, the longest that it names wins, or the first.
 */
export function bestLocale(field: string, locales: readonly string[]): string | undefined {
  const preferences = field.toLowerCase().split(',').map(preference)
  let best: Match | undefined
  for (const locale of locales) {
    const match = closest(locale, preferences)
    if (match !== undefined && match.quality > 0 && (best === undefined || isBetter(match, best))) best = match
  }
  return best?.locale
}

function preference(member: string): Preference {
  const [range = '', ...parameters] = member.split(';').map((text) => text.trim())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  return { range, quality: weight === undefined ? 1 : Number(weight.slice(2)) }
}

function closest(locale: string, preferences: readonly Preference[]): Match | undefined {
  let closest: Match | undefined
  for (const [place, { range, quality }] of preferences.entries()) {
    const closeness = closenessOf(range, locale.toLowerCase())
    if (closeness > (closest?.closeness ?? NONE)) closest = { locale, quality, closeness, place }
  }
  return closest
}

const NONE = 0
const LOOKUP = 3

/** RFC 4647: the same; a range that asks for more (lookup, 3.4); one that asks for less (basic filtering, 3.3.1); anything. */
function closenessOf(range: string, locale: string): number {
  if (range === locale) return 4
  if (range.startsWith(`${locale}-`)) return LOOKUP
  if (locale.startsWith(`${range}-`)) return 2
  return range === '*' ? 1 : NONE
}

function isBetter(a: Match, b: Match): boolean {
  const by = a.quality - b.quality || a.closeness - b.closeness || b.place - a.place
  return by > 0 || (by === 0 && a.closeness === LOOKUP && a.locale.length > b.locale.length)
}
