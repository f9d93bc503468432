import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError } from './command-error.ts'

/**
 * Reads a command line: one file and options.
 * @throws {@link UsageError} for an unknown option and for one without its value, in one line.
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options; allowPositionals: true }>> {
  try {
    return parseArgs({ args: withSignedNumbers(argv), options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${firstSentence(error)}. --help lists what there is.`)
  }
}

/** The one file that a command reads. */
export function onlyFile(positionals: readonly string[]): string {
  const [file] = positionals
  if (positionals.length === 1 && file !== undefined && file !== '') return file
  throw new UsageError(`expected one FILE, got ${positionals.length === 0 ? 'none' : positionals.join(' ')}.`)
}

/** A number above 0, written in digits. */
export function positiveNumber(option: string, text: string): number {
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (number > 0 && Number.isFinite(number)) return number
  throw new UsageError(`--${option} must be a number > 0, got "${text}".`)
}

/** A whole number above 0, written in digits. */
export function positiveCount(option: string, text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (number > 0 && Number.isSafeInteger(number)) return number
  throw new UsageError(`--${option} must be a whole number > 0, got "${text}".`)
}

/** `--speed -1` is a wrong number, and no option `-1`: the message is then about the number. */
function withSignedNumbers(argv: readonly string[]): string[] {
  const args: string[] = []
  for (const argument of argv) {
    const last = args.at(-1)
    if (/^-[\d.]/.test(argument) && last?.startsWith('--')) args[args.length - 1] = `${last}=${argument}`
    else args.push(argument)
  }
  return args
}

/** Of Node's message, whose other sentences are about something else. */
function firstSentence(error: unknown): string {
  const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/)
  // It says so where another option stands in the place of a value.
  return sentence.replace(/\.$/, '').replace('argument is ambiguous', 'argument missing')
}
