/** What this reads of Stryker's report (the mutation testing elements schema). */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
}

export interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  /** What the test said that noticed it. */
  readonly statusReason?: string
  readonly location: { readonly start: Place; readonly end: Place }
}

/** Counted from 1. */
interface Place {
  readonly line: number
  readonly column: number
}

/** A mutant that no test has noticed. */
export interface Survivor {
  readonly file: string
  readonly original: string
  readonly replacement: string
  /** What it is known by from run to run: no line numbers, which move with every edit above them. */
  readonly fingerprint: string
}

const UNNOTICED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage'])

/** The mutants that were not noticed, each fingerprint once per file. */
export function survivorsOf({ files }: MutationReport): readonly Survivor[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const survivors = mutants
      .filter(({ status }) => UNNOTICED.has(status))
      .map((mutant) => survivor(file, source, mutant))
    return [...new Map(survivors.map((one) => [one.fingerprint, one])).values()]
  })
}

function survivor(file: string, source: string, { mutatorName, replacement = '', location }: Mutant): Survivor {
  const original = oneLine(textAt(source, location.start, location.end))
  const to = oneLine(replacement)
  return { file, original, replacement: to, fingerprint: `${mutatorName}: ${original} → ${to}` }
}

function textAt(source: string, start: Place, end: Place): string {
  const lines = source.split('\n').slice(start.line - 1, end.line)
  const last = lines.length - 1
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1)
  lines[0] = (lines[0] ?? '').slice(start.column - 1)
  return lines.join('\n')
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
