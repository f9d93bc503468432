import { styleText } from 'node:util'

/** Where a command writes to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  hasColors?(): boolean
}

/** What a command is given of its process. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Output
  readonly stderr: Output
  /** Ctrl-C; while nobody listens to it, the process ends. */
  once(signal: 'SIGINT', listener: () => void): unknown
  off(signal: 'SIGINT', listener: () => void): unknown
}

/** 0: all is well. 1: something is to be mended. 2: nobody could be asked. 130: called off by Ctrl-C, as shells have it. */
export type ExitCode = 0 | 1 | 2 | 130

/** What a command prints at its end, and how it ends. */
export interface Ending {
  readonly text: string
  readonly code: ExitCode
}

/** Marks a text for a terminal; gives it back as it is where there is none. */
export type Style = (format: 'bold' | 'dim' | 'green' | 'red', text: string) => string

/** Colours only where somebody looks at them; `hasColors` heeds NO_COLOR, FORCE_COLOR and dumb terminals. */
export function styleFor(output: Output): Style {
  if (output.isTTY !== true || output.hasColors?.() !== true) return (_, text) => text
  // It has been asked above; Node 22.0 would not ask.
  return (format, text) => styleText(format, text, { validateStream: false })
}
