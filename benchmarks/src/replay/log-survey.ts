import type { InputFile } from '../command-line/input-file.ts'
import { logBytes } from './log-bytes.ts'

const LINE_FEED = 10

/**
 * Reads a log to its end once before anything is done with it: a gzip that is cut off is found out before the first request, and progress knows what is to
 * come. Gives the number of lines; `undefined` for a pipe, which cannot be read twice.
 */
export async function surveyLog(file: InputFile): Promise<number | undefined> {
  if (file.size === undefined) return undefined
  let lines = 0
  let last = LINE_FEED
  for await (const chunk of logBytes(file)) {
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines++
    last = chunk.at(-1) ?? last
  }
  return last === LINE_FEED ? lines : lines + 1
}
