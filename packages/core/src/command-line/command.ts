import { parseArgs } from 'node:util'
import { shown } from '../errors.ts'
import { GENERAL_OPTIONS } from './arguments.ts'
import { DOCTOR_HELP, type DoctorCommand, readInquiry } from './doctor/inquiry.ts'
import { misuse } from './usage-error.ts'
import { readWarmCommand, WARM_HELP, type WarmCommand } from './warm/warm-command.ts'

/** What a command line says. */
export type Command =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  | DoctorCommand
  | WarmCommand

/**
 * Reads a command line.
 * @throws UsageError for what cannot be meant.
 */
export function readCommand(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  // Which options there are depends on the command, so at first any will do.
  const general = parseArgs({ args: [...args], options: GENERAL_OPTIONS, allowPositionals: true, strict: false })
  const [name] = general.positionals
  if (general.values['help'] === true) return { kind: 'help', text: helpOf(name) }
  if (general.values['version'] === true) return { kind: 'version' }
  if (name === 'doctor') return readInquiry(args, env)
  if (name === 'warm') return readWarmCommand(args)
  misuse(`a command must be doctor or warm, got ${shown(name)}`, 'Write: ssr-cache doctor URL, or ssr-cache warm LIST')
}

function helpOf(name: string | undefined): string {
  if (name === 'doctor') return DOCTOR_HELP
  return name === 'warm' ? WARM_HELP : `${DOCTOR_HELP}\n\n${WARM_HELP}`
}
