import { NITRO_NOT_MAPPED } from '../../packages/core/src/migration/nitro-names.ts'
import { SPARTACUS_NOT_MAPPED } from '../../packages/core/src/migration/spartacus-names.ts'
import { code, table } from './table.ts'

const LISTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  nitro: NITRO_NOT_MAPPED,
  spartacus: SPARTACUS_NOT_MAPPED,
}

/** The options of another library that have no meaning here, in the words of the log. */
export function notMappedTable(library: string): string {
  const list = LISTS[library]
  if (list === undefined) throw new Error(`"${library}" is no library that anybody moves over from.`)
  return table(
    ['option', 'what the log says of it'],
    Object.entries(list).map(([name, what]) => [code(name), what]),
  )
}
