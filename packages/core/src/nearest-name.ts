/** How many characters may be wrong, missing or too many: `s-max-age` for `sMaxAge` has two. */
const TYPOS = 2

/** Which of `known` somebody most likely meant who wrote `name`, letter case aside; `undefined` where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const written = name.slice(0, 64).toLowerCase()
  let nearest: string | undefined
  let fewest = Math.min(TYPOS, Math.floor(written.length / 2)) + 1
  for (const candidate of known) {
    const typos = distance(written, candidate.toLowerCase())
    if (typos < fewest) {
      nearest = candidate
      fewest = typos
    }
  }
  return nearest
}

/** Levenshtein's, one row at a time. */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(above, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, at(above, column) + 1, at(current, column - 1) + 1))
    }
    above = current
  }
  return at(above, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] as number // every row is as long as the text, plus one
}
