import { CommandError, UsageError } from './command-error.ts'

/** A command: its arguments, and where its results go, a line or more at a time. Progress is none of them. */
export type Command = (argv: readonly string[], print: (text: string) => void) => Promise<void>

/** Exit codes by convention: 2 for a wrong call, 1 for all else. */
const USAGE = 2
const FAILED = 1

/** Runs a command to its end. What it cannot do is one line on stderr, and an exit code that is not 0. */
export async function runCommand(name: string, command: Command): Promise<void> {
  try {
    await command(process.argv.slice(2), console.log)
  } catch (error) {
    process.exitCode = error instanceof UsageError ? USAGE : FAILED
    // What is not foreseen is a mistake in here, whose place somebody must find.
    console.error(error instanceof CommandError ? `${name}: ${error.message}` : error)
  }
}
