/** Where warnings and errors go: pino's shape, and console's near enough. */
export interface Logger {
  debug(details: object, message: string): void
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** Warnings and errors on the console; nothing else. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (details, message) => console.warn(`ssr-cache: ${message}`, details),
  error: (details, message) => console.error(`ssr-cache: ${message}`, details),
}
