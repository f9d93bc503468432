import { type Logger, type WorkerRender, type WorkerRenderOptions, workerRender } from '@ssr-cache/core'
import { onTestFinished } from 'vitest'

/** What threads render by, if they are not told otherwise. */
export const PAGES: URL = new URL('pages.ts', import.meta.url)

/** Node's option by which threads find the packages' sources. */
export const SOURCES: readonly string[] = ['--conditions=@ssr-cache/source']

/** What was logged, by level. */
export interface Logged {
  readonly logger: Logger
  readonly lines: { readonly level: string; readonly details: object; readonly message: string }[]
}

export function logged(): Logged {
  const lines: Logged['lines'] = []
  const line =
    (level: string) =>
    (details: object, message: string): void =>
      void lines.push({ level, details, message })
  return { logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }, lines }
}

/** Threads of one test, which end with it. */
export function threads(options: WorkerRenderOptions = {}, file: URL = PAGES): WorkerRender {
  const render = workerRender(file, { threads: 1, execArgv: SOURCES, logger: logged().logger, ...options })
  onTestFinished(() => render.close())
  return render
}

/** A word between the test and a thread, which both see at once. */
export function word(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4))
}

/** Resolves when a thread has set the word to `value` or more. */
export async function said(told: Int32Array<SharedArrayBuffer>, value: number): Promise<void> {
  while (Atomics.load(told, 0) < value) await new Promise((resolve) => setTimeout(resolve, 5))
}
