import type { Terminal } from './terminal.ts'

/** Runs `work` with a signal that Ctrl-C aborts. A second Ctrl-C ends the process, as any does while nobody listens. */
export async function interruptible<T>(
  terminal: Pick<Terminal, 'once' | 'off'>,
  work: (interrupt: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const listener = (): void => controller.abort()
  terminal.once('SIGINT', listener)
  try {
    return await work(controller.signal)
  } finally {
    terminal.off('SIGINT', listener)
  }
}
