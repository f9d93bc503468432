// The data set's accented letters were once written in Latin-1 and read as Mac Roman: "LÈon", "DÈj‡ Vu". These are the letters of its titles,
// as they stand there and as they were meant.
const MEANT: ReadonlyMap<string, string> = new Map([
  ['È', 'é'],
  ['Ë', 'è'],
  ['Í', 'ê'],
  ['Î', 'ë'],
  ['‡', 'à'],
  ['·', 'á'],
  ['‰', 'ä'],
  ['Û', 'ó'],
  ['Ù', 'ô'],
  ['˘', 'ù'],
  ['Ω', '½'],
  ['Ö', '…'],
])

/** The title that was meant. Characters that were not damaged (`¢`, `³`) stay. */
export function withoutMacRoman(title: string): string {
  return Array.from(title, (letter) => MEANT.get(letter) ?? letter).join('')
}
