import { readFileSync } from 'node:fs'
import { type ErrorCode, isSsrCacheError } from '../../packages/core/src/errors.ts'
import { ERROR_GUIDE } from './error-guide.ts'
import { code, table } from './table.ts'

const ROW = /^ \* \| `(ERR_\w+)` \| (.+) \|$/gm

/** When each code is thrown, as the source says it. */
function meanings(): readonly (readonly [ErrorCode, string])[] {
  const source = readFileSync('packages/core/src/errors.ts', 'utf8')
  return [...source.matchAll(ROW)].map(([, name, meaning = '']) => [name as ErrorCode, meaning]) // the type lists the same; a test compares them
}

/** Code and meaning; each code leads to its section in the document that `argument` names. */
export function errorTable(argument: string): string {
  const rows = meanings().map(([name, meaning]) => [`[${code(name)}](${argument}#${name.toLowerCase()})`, meaning])
  return table(['code', 'thrown when'], rows)
}

/** A section for each code: meaning, what to do, and a message that was really thrown. */
export async function errorSections(): Promise<string> {
  const sections = meanings().map(async ([name, meaning]) => {
    const { todo } = ERROR_GUIDE[name]
    const message = await messageOf(name)
    return `## ${name}\n\nThrown when ${meaning}.\n\n${todo}\n\n\`\`\`text\n${message}\n\`\`\``
  })
  return (await Promise.all(sections)).join('\n\n')
}

async function messageOf(name: ErrorCode): Promise<string> {
  const error = await thrownBy(ERROR_GUIDE[name].provoke)
  if (isSsrCacheError(error) && error.code === name) return error.message
  throw new Error(`expected ${name}, got ${error}`)
}

async function thrownBy(provoke: () => unknown): Promise<unknown> {
  try {
    await provoke()
  } catch (error) {
    return error
  }
  return 'no error'
}
