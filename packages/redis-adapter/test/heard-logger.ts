import type { Logger } from '@ssr-cache/core'

/** A logger that keeps what it is told: `error: …`. */
export class HeardLogger implements Logger {
  readonly lines: string[] = []

  debug(): void {}

  info(_details: object, message: string): void {
    this.lines.push(`info: ${message}`)
  }

  warn(_details: object, message: string): void {
    this.lines.push(`warn: ${message}`)
  }

  error(_details: object, message: string): void {
    this.lines.push(`error: ${message}`)
  }
}
