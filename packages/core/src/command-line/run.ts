import { createRequire } from 'node:module'
import { type Command, readCommand } from './command.ts'
import { consult } from './doctor/consult.ts'
import { printable } from './printable.ts'
import { type Ending, type ExitCode, styleFor, type Terminal } from './terminal.ts'
import { Unreachable } from './unreachable.ts'
import { UsageError } from './usage-error.ts'
import { warmPages } from './warm/warm-pages.ts'

/** Runs a command line to its end. What went wrong is one line on stderr, and nothing on stdout. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    const { text, code } = await carriedOut(readCommand(args, terminal.env), terminal)
    terminal.stdout.write(text)
    return code
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Unreachable)) throw error
    terminal.stderr.write(`ssr-cache: ${printable(error.message)}\n`)
    return 2
  }
}

async function carriedOut(command: Command, terminal: Terminal): Promise<Ending> {
  switch (command.kind) {
    case 'help':
      return { text: command.text, code: 0 }
    case 'version':
      return { text: `${version()}\n`, code: 0 }
    case 'doctor':
      return consult(command, styleFor(terminal.stdout))
    case 'warm':
      return warmPages(command, terminal)
  }
}

function version(): string {
  const { version } = createRequire(import.meta.url)('@ssr-cache/core/package.json') as { version: string } // every package has one
  return version
}
