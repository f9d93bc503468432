import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { misuse } from './usage-error.ts'

/** Options that every command has. */
export const GENERAL_OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

type Parsed<T extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ readonly options: T; readonly allowPositionals: true }>
>

/**
 * The values and positionals of a command line.
 * @throws UsageError for options that there are not, or that lack their value.
 */
export function parsed<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const [said = ''] = String((error as Error).message).split('\n') // parseArgs throws nothing else
    misuse(said.replace(/\.?$/, ''), 'ssr-cache --help lists all options.')
  }
}
