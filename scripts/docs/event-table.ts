import { type Member, membersOf } from './interface-members.ts'
import { code, table } from './table.ts'

/** What a render cache tells its listeners: the name of each event, what comes with it, and what it means. */
export function eventTable(): string {
  const rows = membersOf('RenderCacheEvents').map(({ name, type, meaning }) => [
    code(name.replaceAll("'", '')),
    code(payload(type)),
    meaning,
  ])
  return table(['event', 'with', 'told of'], rows)
}

/** The one argument of a listener, with everything that is in it: `[A & { readonly b: string }]` is `{ a: number; b: string }`. */
function payload(type: string): string {
  const parts = type.replace(/^\[(.*)\]$/, '$1').split(' & ')
  return `{ ${parts.map(members).join('; ')} }`
}

function members(part: string): string {
  const written = part.startsWith('{') ? part.replace(/^\{ (.*) \}$/, '$1') : membersOf(part).map(property).join('; ')
  return written.replaceAll('readonly ', '')
}

function property({ name, optional, type }: Member): string {
  return `${name}${optional ? '?' : ''}: ${type}`
}
