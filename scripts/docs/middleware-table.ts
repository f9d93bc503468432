import { readFileSync } from 'node:fs'
import { ORDER as OF_EXPRESS } from '../../packages/express-adapter/test/middleware/order.ts'
import { ORDER as OF_FASTIFY } from '../../packages/fastify-adapter/test/plugins/order.ts'
import { code, table } from './table.ts'

/** A line of either table: each is a test of its adapter. */
interface OrderRow {
  readonly where: string
  readonly best?: true
  readonly hits: string
  readonly mend: string
}

type Order = Readonly<Record<string, Readonly<Record<string, OrderRow>>>>

/** Where middleware of Express stands, what it does to hits there, and what mends it. */
export function middlewareTable(): string {
  return orderTable('middleware', OF_EXPRESS, versionsTried('express-adapter'))
}

/** The same of Fastify's plugins. */
export function pluginTable(): string {
  return orderTable('plugin', OF_FASTIFY, versionsTried('fastify-adapter'))
}

function orderTable(what: string, order: Order, versions: Readonly<Record<string, string>>): string {
  const rows = Object.entries(order).flatMap(([name, places]) =>
    Object.values(places).map((row, i) => [i === 0 ? tried(name, versions[name]) : code(name), ...cells(row)]),
  )
  return table([what, 'where', 'what it does to hits', 'what mends it'], rows)
}

function tried(name: string, version: string | undefined): string {
  return version === undefined ? code(name) : `${code(name)} ${version}`
}

function cells({ where, best, hits, mend }: OrderRow): readonly string[] {
  const [place = '', ...setting] = where.split(', ')
  return [[best ? `**${place}**` : place, ...setting].join(', '), hits, mend]
}

/** The versions that the tests of a package run; what comes with a framework has none of its own. */
function versionsTried(folder: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')).devDependencies
}
