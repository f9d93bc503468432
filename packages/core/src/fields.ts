/** One line of a header section: a lower-case name and its value. A name may stand in several lines (Set-Cookie). */
export type Field = readonly [name: string, value: string]

/** The value of `name` (lower case), its lines joined as RFC 9110 5.2 says, or `undefined`. */
export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  let value: string | undefined
  for (const field of fields) {
    if (field[0] === name) value = value === undefined ? field[1] : `${value}, ${field[1]}`
  }
  return value
}

/** The lines of `name` (lower case) as they came. */
export function fieldLines(fields: readonly Field[], name: string): readonly string[] {
  return fields.filter((field) => field[0] === name).map((field) => field[1])
}
