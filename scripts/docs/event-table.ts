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
  const parts = type.replace(/^\[|,? ?\]$/g, '').split('&')
  return `{ ${parts.flatMap((part) => members(part.trim())).join('; ')} }`
}

const MEMBER_BEGINS = /(?:^|;? )readonly (?=\w+\??:)/

function members(part: string): readonly string[] {
  if (!part.startsWith('{')) return membersOf(part).map(property)
  return part
    .replace(/^\{|;? \}$/g, '')
    .split(MEMBER_BEGINS)
    .filter((member) => member !== '')
}

function property({ name, optional, type }: Member): string {
  return `${name}${optional ? '?' : ''}: ${type}`
}
