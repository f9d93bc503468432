import { globSync, readFileSync } from 'node:fs'
import { dialectTable } from './dialect-table.ts'
import { errorSections, errorTable } from './error-pages.ts'
import { eventTable } from './event-table.ts'
import { memberTable } from './member-table.ts'
import { middlewareTable, pluginTable } from './middleware-table.ts'
import { notMappedTable } from './not-mapped-table.ts'
import { optionTable } from './option-table.ts'
import { overloadTable } from './overload-table.ts'
import { sample } from './sample.ts'
import { sessionCookies, trackingNames } from './well-known-names.ts'

/** Every document that is kept by hand; paths from the root of the repository, which is where scripts run. */
export function markdownFiles(): readonly string[] {
  return globSync(['*.md', 'docs/**/*.md', '{packages,examples}/*/README.md']).sort()
}

export function read(file: string): string {
  return readFileSync(file, 'utf8')
}

type Generator = (argument: string) => string | Promise<string>

/** What a marker may ask for by its first word; the rest of it is the argument. */
const GENERATORS: Readonly<Record<string, Generator>> = {
  options: optionTable,
  members: memberTable,
  events: eventTable,
  sample,
  dialects: dialectTable,
  middleware: middlewareTable,
  plugins: pluginTable,
  overload: overloadTable,
  'not-mapped': notMappedTable,
  'error-table': errorTable,
  'error-sections': errorSections,
  'session-cookies': sessionCookies,
  'tracking-names': trackingNames,
}

const GENERATED = /(<!-- generated: (\S+) ?(.*?) -->\n)[\s\S]*?(<!-- \/generated -->)/g

/** A document with everything between its markers made anew. */
export async function regenerated(text: string): Promise<string> {
  let made = ''
  let at = 0
  for (const match of text.matchAll(GENERATED)) {
    const [whole, begin, name = '', argument = '', end] = match
    const generate = GENERATORS[name]
    if (generate === undefined) throw new Error(`"${name}" is no generator. Known are: ${Object.keys(GENERATORS)}.`)
    made += `${text.slice(at, match.index)}${begin}\n${await generate(argument)}\n\n${end}`
    at = match.index + whole.length
  }
  return made + text.slice(at)
}
