import { isToken } from './token.ts'

/** The field names of `private="…"` or `no-cache="…"`, lower case, each once; `undefined` where the list is empty or damaged (RFC 9110 5.6.1). */
export function fieldNames(list: string): readonly string[] | undefined {
  const names = new Set<string>()
  for (const member of list.split(',')) {
    const name = member.trim().toLowerCase()
    if (name === '') continue
    if (!isToken(name)) return undefined
    names.add(name)
  }
  return names.size === 0 ? undefined : [...names]
}
