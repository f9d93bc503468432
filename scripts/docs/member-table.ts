import { membersOf } from './interface-members.ts'
import { code, table } from './table.ts'

/** The members of an interface that is not made of options: how to call them, and what they do. */
export function memberTable(interfaceName: string): string {
  const rows = membersOf(interfaceName).map(({ name, type, meaning }) => [
    code(type.startsWith('(') ? name + type.replace(/ => [^=]*$/, '') : name),
    meaning,
  ])
  return table(['member', 'what it does'], rows)
}
