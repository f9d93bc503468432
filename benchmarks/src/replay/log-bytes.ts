import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CommandError } from '../command-line/command-error.ts'
import type { InputFile } from '../command-line/input-file.ts'

/**
 * The bytes of a log, uncompressed. Gzip is known by its first two bytes, whatever the file is called.
 * @throws {@link CommandError} for a gzip that is cut off or damaged, where the reading comes to that place.
 */
export async function* logBytes(file: InputFile): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = createReadStream(file.path)[Symbol.asyncIterator]()
  const { value: first, done } = await chunks.next()
  if (done === true) throw new CommandError(`${file.name} is empty.`)
  const whole = chain(first, chunks)
  yield* isGzip(first) ? gunzipped(whole, file) : whole
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

async function* chain(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

async function* gunzipped(bytes: AsyncIterable<Buffer>, file: InputFile): AsyncGenerator<Buffer> {
  // The failure of either comes out of the loop; the callback only keeps it from being thrown elsewhere too.
  const gunzip = pipeline(bytes, createGunzip(), () => {})
  try {
    for await (const chunk of gunzip) yield chunk
  } catch (error) {
    throw damaged(file, error)
  }
}

function damaged({ name }: InputFile, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  if (error.code === 'Z_BUF_ERROR') return new CommandError(`${name} is cut off: its gzip ends in the middle.`)
  return error.code === 'Z_DATA_ERROR' ? new CommandError(`${name} is damaged: ${error.message} in its gzip.`) : error
}
