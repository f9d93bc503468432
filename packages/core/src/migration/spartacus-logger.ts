import type { Logger } from '../engine/logger.ts'

/** The logger of Spartacus: its `ExpressServerLogger`. */
export interface SpartacusLogger {
  debug(message: string, context: object): void
  info(message: string, context: object): void
  warn(message: string, context: object): void
  error(message: string, context: object): void
}

/** It takes the words first, and the details after them. */
export function loggerOf(logger: SpartacusLogger): Logger {
  return {
    debug: (details, message) => logger.debug(message, details),
    info: (details, message) => logger.info(message, details),
    warn: (details, message) => logger.warn(message, details),
    error: (details, message) => logger.error(message, details),
  }
}
