import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { CommandError } from './command-error.ts'

/** A file that can be read, and holds something. */
export interface InputFile {
  readonly path: string
  /** For people. */
  readonly name: string
  /** In bytes; `undefined` for a pipe, which can be read once and has no end that is known. */
  readonly size: number | undefined
}

/**
 * Finds a file as who called npm sees it: npm runs commands from the root of the repository.
 * @throws {@link CommandError} for one that is missing, empty, a folder or not to be read.
 */
export async function inputFile(file: string): Promise<InputFile> {
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), file)
  const about = await stat(path).catch((error: unknown) => refuse(file, error))
  if (about.isDirectory()) throw new CommandError(`${file} is a folder; name a file.`)
  await access(path, constants.R_OK).catch((error: unknown) => refuse(file, error))
  if (about.isFile() && about.size === 0) throw new CommandError(`${file} is empty.`)
  return { path, name: basename(path), size: about.isFile() ? about.size : undefined }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  ENOTDIR: 'there is no such file.',
  EACCES: 'it may not be read.',
}

function refuse(file: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  throw new CommandError(`${file}: ${REASONS[code] ?? `it cannot be read (${code}).`}`)
}
