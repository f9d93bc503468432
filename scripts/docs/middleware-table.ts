import { readFileSync } from 'node:fs'
import { ORDER, type OrderRow } from '../../packages/express-adapter/test/middleware/order.ts'
import { code, table } from './table.ts'

/** Where middleware stands, what it does to hits there, and what mends it: each row is a test of the Express adapter. */
export function middlewareTable(): string {
  const versions = versionsTried()
  const rows = Object.entries<Readonly<Record<string, OrderRow>>>(ORDER).flatMap(([name, places]) =>
    Object.values(places).map((row, i) => [i === 0 ? tried(name, versions[name]) : code(name), ...cells(row)]),
  )
  return table(['middleware', 'where', 'what it does to hits', 'what mends it'], rows)
}

function tried(name: string, version: string | undefined): string {
  return version === undefined ? code(name) : `${code(name)} ${version}`
}

function cells({ where, best, hits, mend }: OrderRow): readonly string[] {
  const [place = '', ...setting] = where.split(', ')
  return [[best ? `**${place}**` : place, ...setting].join(', '), hits, mend]
}

/** The versions that the tests run; what comes with Express has none of its own. */
function versionsTried(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync('packages/express-adapter/package.json', 'utf8')).devDependencies
}
