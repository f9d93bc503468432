import type { Logger } from '../engine/logger.ts'

/** Tells of an option of another library that means something else here, or nothing, and what to write instead. */
export type Warn = (option: string, what: string) => void

/** One line in the log for each option. */
export function warnings(caller: string, logger: Logger): Warn {
  return (option, what) => logger.warn({ option }, `${caller}: "${option}" ${what}`)
}

/** What becomes of the options of another library. */
interface Names {
  readonly mapped: readonly string[]
  /** What has no meaning here, and what to do instead. */
  readonly notMapped: Readonly<Record<string, string>>
}

/** Tells of every option that is given and not mapped. */
export function tellOfOthers(given: object, { mapped, notMapped }: Names, warn: Warn): void {
  for (const name of Object.keys(given)) {
    if (mapped.includes(name)) continue
    const instead = Object.hasOwn(notMapped, name) ? notMapped[name] : undefined
    warn(name, instead ?? 'is not known here, and left out.')
  }
}
