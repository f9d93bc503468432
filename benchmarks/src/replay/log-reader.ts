import { CommandError } from '../command-line/command-error.ts'
import { counted } from '../command-line/figures.ts'
import type { InputFile } from '../command-line/input-file.ts'
import { accessLogLine, type LogFormat } from './access-log-line.ts'
import { LineSplitter } from './line-splitter.ts'
import { logBytes } from './log-bytes.ts'
import { type SkipReason, type Visit, visitOf } from './visit.ts'

/** A log has been recognized, or never will be, within so many lines. */
const HEAD_LINES = 1_000

/** Reads the visits out of a log, one at a time, and counts what is none. It takes the same memory however long the log is. */
export class LogReader {
  /** Lines so far. */
  lines = 0
  /** Lines so far that are in a known format. */
  readonly formats: Record<LogFormat, number> = { common: 0, combined: 0 }
  readonly skipped = new Map<SkipReason, number>()
  readonly #file: InputFile
  #recognized = false
  #hasNul = false

  constructor(file: InputFile) {
    this.#file = file
  }

  /** @throws {@link CommandError} where none of the first lines is one of a log, and where the file cannot be read to its end. */
  async *visits(): AsyncGenerator<Visit> {
    const splitter = new LineSplitter()
    for await (const chunk of logBytes(this.#file)) yield* this.#read(splitter.push(chunk))
    yield* this.#read(splitter.end())
    if (!this.#recognized) throw this.#unknown()
  }

  *#read(lines: Iterable<string | undefined>): Generator<Visit> {
    for (const line of lines) {
      this.lines++
      const visit = line === undefined ? 'line too long' : this.#visit(line)
      if (typeof visit === 'object') yield visit
      else this.skipped.set(visit, (this.skipped.get(visit) ?? 0) + 1)
      if (!this.#recognized && this.lines >= HEAD_LINES) throw this.#unknown()
    }
  }

  #visit(line: string): Visit | SkipReason {
    if (line.trim() === '') return 'empty line'
    const read = accessLogLine(line)
    if (read.kind === 'malformed') {
      if (!this.#recognized) this.#hasNul ||= line.includes('\0')
      return 'malformed line'
    }
    this.#recognized = true
    if (read.kind === 'no-request') return 'no request'
    this.formats[read.format]++
    return visitOf(read)
  }

  #unknown(): CommandError {
    const { name } = this.#file
    if (this.lines === 0) return new CommandError(`${name} is empty.`)
    if (this.#hasNul) return new CommandError(`${name} is binary, and no access log.`)
    const lines =
      this.lines < HEAD_LINES ? `its ${counted(this.lines, 'line')}` : `its first ${counted(this.lines, 'line')}`
    return new CommandError(`${name} is no access log: none of ${lines} is in common or combined format.`)
  }
}
