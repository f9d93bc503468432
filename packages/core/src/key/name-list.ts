/** Names as options list them: each exact or, with `*` at its end, the beginning of names. */
export interface NameList {
  /** The entry that `name` falls under, or `undefined`. An entry and not the name: entries are few and ours, names are the visitor's. */
  entryFor(name: string): string | undefined
}

/** Compiles a list of names; those in `except`, compared exactly, are never on it. */
export function nameList(entries: readonly string[], except: readonly string[] = []): NameList {
  const exact = new Set(entries.filter((entry) => !entry.endsWith('*')))
  const beginnings = entries.filter((entry) => entry.endsWith('*')).map((entry) => entry.slice(0, -1))
  const excepted = new Set(except)
  return {
    entryFor(name) {
      if (excepted.has(name)) return undefined
      if (exact.has(name)) return name
      for (const beginning of beginnings) if (name.startsWith(beginning)) return `${beginning}*`
      return undefined
    },
  }
}
