const MONTHS: readonly string[] = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

// RFC 9110 5.6.7: the form that is written today, and the two that must still be read. Letter case is forgiven, and nothing else.
const DAY_NAME = '(?:mon|tue|wed|thu|fri|sat|sun)'
const LONG_DAY_NAME = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)'
const MONTH = `(?<month>${MONTHS.join('|')})`
const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'
const FORMS: readonly RegExp[] = [
  `${DAY_NAME}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_DAY_NAME}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY_NAME} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'))

/** Where nobody says what time it is, years of two digits are those from 1950 to 2049. */
const TURN_OF_THE_CENTURY = Date.UTC(2000, 0, 1) - 1

type Parts = Readonly<Record<string, string | undefined>>

/**
 * Epoch milliseconds of an HTTP-date (RFC 9110 5.6.7), or `undefined` where it is none: such a field counts as not sent. Years of two digits are read so that
 * none is more than 50 years after `now`. The name of the day says nothing.
 */
export function httpDate(text: string, now: number = TURN_OF_THE_CENTURY): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups
    if (parts !== undefined) return instantOf(parts, now)
  }
  return undefined
}

function instantOf(parts: Parts, now: number): number | undefined {
  const { year = '' } = parts
  return year.length === 4 ? instantIn(Number(year), parts) : instantNear(now, parts)
}

/** RFC 9110 5.6.7: what seems to be more than 50 years in the future is the latest year of the past with the same two digits. */
function instantNear(now: number, parts: Parts): number | undefined {
  const latest = new Date(now)
  latest.setUTCFullYear(latest.getUTCFullYear() + 50)
  const latestYear = latest.getUTCFullYear()
  const year = latestYear - (latestYear % 100) + Number(parts['year'])
  const at = instantIn(year, parts)
  return at !== undefined && at <= latest.getTime() ? at : instantIn(year - 100, parts)
}

function instantIn(year: number, { day, month = '', hour, minute, second }: Parts): number | undefined {
  const date = new Date(0)
  // `Date.UTC` would take years below 100 for others.
  date.setUTCFullYear(year, MONTHS.indexOf(month.toLowerCase()), Number(day))
  // There is no 31st of February, and `Date` would take it for the 3rd of March.
  if (date.getUTCDate() !== Number(day)) return undefined
  return date.getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
}
