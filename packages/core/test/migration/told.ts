import type { Logger } from '../../src/index.ts'

export const noLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** A logger, and the warnings that it was given. */
export function told(): { readonly lines: string[]; readonly logger: Logger } {
  const lines: string[] = []
  return { lines, logger: { ...noLogger, warn: (_details, message) => lines.push(message) } }
}
