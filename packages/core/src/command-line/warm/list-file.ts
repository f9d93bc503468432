import { createReadStream } from 'node:fs'
import { shown } from '../../errors.ts'
import { misuse } from '../usage-error.ts'

/** Where a list comes from, by a name for messages, and what it says. */
export interface ListFile {
  readonly name: string
  readonly text: string
}

const MOST_MEBIBYTES = 64

/**
 * Reads a list to its end.
 * @throws UsageError where it cannot be read, or is no text.
 */
export async function readList(list: string, stdin: AsyncIterable<Uint8Array>): Promise<ListFile> {
  const name = list === '-' ? 'standard input' : list
  const bytes = await read(list === '-' ? stdin : createReadStream(list), name)
  return { name, text: textOf(bytes, name) }
}

async function read(source: AsyncIterable<Uint8Array>, name: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of source) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MOST_MEBIBYTES * 1024 ** 2) break
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // Node's errors of files have one
    misuse(
      `LIST must be a file that can be read, got ${shown(name)}: ${why(code)}`,
      'Write its path, or - for standard input',
    )
  }
  if (size > MOST_MEBIBYTES * 1024 ** 2)
    misuse(`${name} must hold ${MOST_MEBIBYTES} MiB at most, and holds more`, 'Warm the pages that are asked for most')
  return Buffer.concat(chunks)
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  EACCES: 'nobody lets us read it',
  EISDIR: 'it is a folder',
}

function why(code = 'unknown'): string {
  return `${CAUSES[code] ?? 'it cannot be read'} (${code})`
}

function textOf(bytes: Buffer, name: string): string {
  try {
    // A byte-order mark is left out.
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // As below.
  }
  misuse(`${name} must be text in UTF-8, and is not`, 'Write a URL or path on each line')
}
