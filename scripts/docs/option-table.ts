import { type Member, membersOf } from './interface-members.ts'
import { code, table } from './table.ts'

/** The options of an interface: name, type, default, meaning. */
export function optionTable(interfaceName: string): string {
  const rows = membersOf(interfaceName).map((option) => [
    code(option.name),
    code(option.type),
    defaultOf(option),
    option.meaning,
  ])
  return table(['option', 'type', 'default', 'meaning'], rows)
}

/** What a program would write is shown as code, what only a reader understands as text. */
const LITERAL = /^([\d_]+|'[^']*'|\[.*\]|\{.*\}|true|false|\w+\(\)|[a-z]+[A-Z]\w*)$/

function defaultOf({ optional, defaultText = '' }: Member): string {
  if (!optional) return 'required'
  if (defaultText === 'undefined') return '–'
  return LITERAL.test(defaultText) ? code(defaultText) : defaultText.replace(/^undefined(?:: | \((.*)\)$)/, '$1')
}
