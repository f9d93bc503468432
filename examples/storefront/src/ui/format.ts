// Written out by hand where Node's and the browser's own formatting could differ in a space: a difference would break hydration.

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const

/** `$3.99` */
export function price(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`
}

/** `$28.3 million`, `$146,083` */
export function dollars(amount: number): string {
  if (amount >= 1_000_000) return `$${(amount / 1_000_000).toFixed(1)} million`
  return `$${grouped(amount)}`
}

/** `411,088` */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** `2010-07-16` → `16 July 2010` */
export function longDate(isoDate: string): string {
  const [year, month, day] = isoDate.split('-')
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`
}

/** `16 July 2010, 23:59 UTC` */
export function longInstant(epochMs: number): string {
  const [date = '', time = ''] = new Date(epochMs).toISOString().split('T')
  return `${longDate(date)}, ${time.slice(0, 5)} UTC`
}

/** `1 film`, `12 films` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `43 seconds ago`, `5 minutes ago` */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${counted(seconds, 'second')} ago`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${counted(minutes, 'minute')} ago` : `${counted(Math.round(minutes / 60), 'hour')} ago`
}
