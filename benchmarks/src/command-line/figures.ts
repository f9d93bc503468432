// Numbers as people read them, the same on every machine: not by its locale.

const GROUPED = new Intl.NumberFormat('en-US')

/** `12,345` */
export function grouped(count: number): string {
  return GROUPED.format(count)
}

/** `1 line`, `2 lines` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `71.3 %`; a dash where there is nothing to have a share of. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`
}

const SIZES = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** `1.5 MB`, by thousands. */
export function size(bytes: number): string {
  const power = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${SIZES[power]}`
}

/** `1.25 ms` */
export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** `3.2 s`, `5 min 2 s`, `83 h 1 min` */
export function duration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${grouped(Math.floor(minutes / 60))} h ${minutes % 60} min`
}
