const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const FORM = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60) ([+-])([01]\d|2[0-3])([0-5]\d)$/

/** `17/May/2015:10:05:03 +0200` as epoch milliseconds; `undefined` for what is no such instant. */
export function logTime(text: string): number | undefined {
  const [, day = '', monthName = '', year, hour, minute, second, sign, zoneHours, zoneMinutes] = FORM.exec(text) ?? []
  const month = MONTHS.indexOf(monthName)
  if (month < 0) return undefined
  const midnight = new Date(Date.UTC(Number(year), month, Number(day)))
  if (midnight.getUTCDate() !== Number(day)) return undefined // 31 April
  const ofDay = Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1_000
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000
  return midnight.getTime() + ofDay - (sign === '-' ? -zone : zone)
}
