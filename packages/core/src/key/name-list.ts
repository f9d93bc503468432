/** Names as options list them: each exact or, with `*` at its end, the beginning of names. */
export interface NameList {
  /** The entry that `name` falls under, or `undefined`. An entry and not the name: entries are few and ours, names are the visitor's. */
  entryFor(name: string): string | undefined
  /** Whether the name that begins at `at` could be on the list: most could not, and need not be cut out of the text to be looked up. */
  mayHold(text: string, at: number): boolean
}

/** Compiles a list of names; those in `except`, compared exactly, are never on it. */
export function nameList(entries: readonly string[], except: readonly string[] = []): NameList {
  const exact = new Set(entries)
  const beginnings = entries.flatMap((entry) => (entry.endsWith('*') ? entry.slice(0, -1) : []))
  const excepted = new Set(except)
  const marks = marksOf(entries)
  return {
    entryFor(name) {
      if (excepted.has(name)) return undefined
      if (exact.has(name)) return name
      for (const beginning of beginnings) if (name.startsWith(beginning)) return `${beginning}*`
      return undefined
    },
    mayHold: (text, at) => marks[placeOf(text, at)] === 1,
  }
}

/** Marks the places of all entries; everything, where one is too short to have a place of its own. */
function marksOf(entries: readonly string[]): Uint8Array {
  const marks = new Uint8Array(1 << 14)
  for (const entry of entries) {
    if (/^[^*]{3}/.test(entry)) marks[placeOf(entry, 0)] = 1
    else marks.fill(1)
  }
  return marks
}

/** By the second and third character: half of all cookies begin with the same, an underscore. Those beyond ASCII share a place with others. */
function placeOf(text: string, at: number): number {
  return ((text.charCodeAt(at + 1) & 127) << 7) | (text.charCodeAt(at + 2) & 127)
}
