/** Columns of a table, and what stands in them. */
export type Columns<Sample> = readonly (readonly [string, (sample: Sample) => string])[]

/** Wide enough for what stands below. */
const WIDTH = 9

/** Head of a table that grows while a run goes on. */
export function tableHead(columns: Columns<never>): string {
  return [rowText(columns.map(([name]) => name)), rowText(columns.map(() => `${'-'.repeat(WIDTH - 1)}:`))].join('\n')
}

/** One row of it. */
export function tableRow<Sample>(columns: Columns<Sample>, sample: Sample): string {
  return rowText(columns.map(([, cell]) => cell(sample)))
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.padStart(WIDTH)).join(' | ')} |`
}
