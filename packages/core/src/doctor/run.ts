import { createRequire } from 'node:module'
import { styleText } from 'node:util'
import { type Command, HELP, readCommand, UsageError } from './command.ts'
import { courseOf } from './course.ts'
import { diagnose, isHealthy } from './diagnosis.ts'
import { jsonReport, report, type Style } from './report.ts'
import { Unreachable } from './unreachable.ts'

/** Where a command writes to. */
interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  hasColors?(): boolean
}

/** What a command is given of its process. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: Output
  readonly stderr: Output
}

/** 0: a hit, or will be. 1: something is to be mended. 2: nobody could be asked. */
export type ExitCode = 0 | 1 | 2

/** Runs a command line to its end. What went wrong is one line on stderr, and nothing on stdout. */
export async function run(args: readonly string[], { env, stdout, stderr }: Terminal): Promise<ExitCode> {
  try {
    const { text, code } = await carriedOut(readCommand(args, env), styleFor(stdout))
    stdout.write(text)
    return code
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof Unreachable)) throw error
    stderr.write(`ssr-cache: ${error.message}\n`)
    return 2
  }
}

async function carriedOut(command: Command, style: Style): Promise<{ text: string; code: ExitCode }> {
  if (command.kind !== 'doctor') return { text: command.kind === 'help' ? HELP : `${version()}\n`, code: 0 }
  const course = await courseOf(command.inquiry)
  const diagnosis = diagnose(course)
  const text = command.json ? jsonReport(course, diagnosis) : report(course, diagnosis, style)
  return { text, code: isHealthy(diagnosis) ? 0 : 1 }
}

/** Colours only where somebody looks at them; `hasColors` heeds NO_COLOR, FORCE_COLOR and dumb terminals. */
function styleFor(stdout: Output): Style {
  if (stdout.isTTY !== true || stdout.hasColors?.() !== true) return (_, text) => text
  // It has been asked above; Node 22.0 would not ask.
  return (format, text) => styleText(format, text, { validateStream: false })
}

function version(): string {
  const { version } = createRequire(import.meta.url)('@ssr-cache/core/package.json') as { version: string } // every package has one
  return version
}
