import { readFile, writeFile } from 'node:fs/promises'
import { CommandError } from './command-line/command-error.ts'

const RESULTS = new URL('../RESULTS.md', import.meta.url)

/** Which run a section of RESULTS.md comes from: a part of the bench, or one of the soaks. */
export type Section = `bench ${string}` | 'soak' | 'fleet soak'

/** Puts what a run found into its section of RESULTS.md; what people wrote around it stays. */
export async function writeResults(section: Section, content: string, file: URL = RESULTS): Promise<void> {
  await writeFile(file, withSection(await readFile(file, 'utf8'), section, content))
}

/**
 * A text with another content between the two marks of a section.
 * @throws {@link CommandError} where the text has not both marks.
 */
export function withSection(text: string, section: Section, content: string): string {
  const begin = `<!-- begin: ${section} -->\n`
  const end = `<!-- end: ${section} -->`
  const from = text.indexOf(begin) + begin.length
  const to = text.indexOf(end, from)
  if (!text.includes(begin) || to === -1) {
    throw new CommandError(
      `RESULTS.md must have the lines "${begin.trim()}" and "${end}", for the figures to stand between.`,
    )
  }
  return `${text.slice(0, from)}\n${content.trim()}\n\n${text.slice(to)}`
}
