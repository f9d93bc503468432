import { EventEmitter } from 'node:events'
import { run } from '../../src/command-line/run.ts'
import type { Output, Terminal } from '../../src/command-line/terminal.ts'

/** How a command ended, and what it printed. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** What a command is given in place of this process's own. */
export interface Given {
  readonly env?: NodeJS.ProcessEnv
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** What stdout and stderr are beside what they keep. */
  readonly output?: Omit<Output, 'write'>
  /** Has Ctrl-C pressed by `emit('SIGINT')`. */
  readonly keys?: EventEmitter
}

/** Runs a command line in this process. */
export async function runHere(args: readonly string[], given: Given = {}): Promise<Ran> {
  const { env = {}, stdin = '', output = {}, keys = new EventEmitter() } = given
  const printed = { stdout: '', stderr: '' }
  const outputOf = (name: 'stdout' | 'stderr'): Output => ({
    ...output,
    write(text) {
      printed[name] += text
    },
  })
  const terminal: Terminal = {
    env,
    stdin: typeof stdin === 'string' || stdin instanceof Uint8Array ? chunks(stdin) : stdin,
    stdout: outputOf('stdout'),
    stderr: outputOf('stderr'),
    once: (signal, listener) => keys.once(signal, listener),
    off: (signal, listener) => keys.off(signal, listener),
  }
  const code = await run(args, terminal)
  return { code, ...printed }
}

/** As a pipe brings it: in pieces that end anywhere. */
async function* chunks(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content as string) // either is one of its overloads
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
}

/** What a command that was refused says: one line on stderr, nothing on stdout, exit 2. */
export function refusalOf({ code, stdout, stderr }: Ran): string {
  if (code !== 2 || stdout !== '' || !/^ssr-cache: .+\n$/.test(stderr))
    throw new Error(`no refusal: ${JSON.stringify({ code, stdout, stderr })}`)
  return stderr.slice('ssr-cache: '.length).trimEnd()
}
