import { createReadStream } from 'node:fs'
import { CommandError } from '../command-line/command-error.ts'
import type { InputFile } from '../command-line/input-file.ts'

const ID_BYTES = 4

/**
 * The ids of a trace, big-endian and unsigned, some thousands at a time: it takes the same memory however long it is.
 * @throws {@link CommandError} where the trace ends in the middle of an id; of a file that is known before the first one is given.
 */
export async function* idTrace(file: InputFile): AsyncGenerator<Uint32Array> {
  if (file.size !== undefined) requireWhole(file, file.size)
  let bytes = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(file.path) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    const joined = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    yield idsOf(joined)
    rest = joined.subarray(joined.length - (joined.length % ID_BYTES))
  }
  requireWhole(file, bytes)
}

function idsOf(bytes: Buffer): Uint32Array {
  const ids = new Uint32Array(Math.floor(bytes.length / ID_BYTES))
  for (let i = 0; i < ids.length; i++) ids[i] = bytes.readUInt32BE(i * ID_BYTES)
  return ids
}

function requireWhole(file: InputFile, bytes: number): void {
  if (bytes === 0) throw new CommandError(`${file.name} is empty.`)
  const over = bytes % ID_BYTES
  if (over === 0) return
  throw new CommandError(
    `${file.name} is cut off in the middle of an id: its ids take 4 bytes each, and ${over} of its ${bytes} bytes are left over.`,
  )
}
