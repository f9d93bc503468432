// RFC 9110 5.6.7: the form that is written today, and the two that must still be read.
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const RFC_850 = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

/** Epoch milliseconds of an HTTP-date (RFC 9110 5.6.7), or `undefined` where it is none: such a field counts as not sent. */
export function httpDate(text: string): number | undefined {
  if (IMF_FIXDATE.test(text) || RFC_850.test(text)) return instant(text)
  // asctime names no zone and means UTC; `Date.parse` would take the machine's.
  return ASCTIME.test(text) ? instant(`${text} GMT`) : undefined
}

function instant(text: string): number | undefined {
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}
