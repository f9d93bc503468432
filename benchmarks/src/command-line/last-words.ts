import type { Readable } from 'node:stream'

const MOST_REMEMBERED = 4_096

/** The last line that comes out of a stream, however much does. */
export function lastWords(stream: Readable): () => string {
  let said = ''
  stream.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MOST_REMEMBERED)
  })
  return () => said.trim().split('\n').at(-1) || 'it said nothing.'
}
