import type { IncomingMessage, ServerResponse } from 'node:http'
import { webResponse } from '../engine/web-response.ts'
import type { Asked } from './asked.ts'
import { sendThreadAnswer } from './send-thread-answer.ts'
import { ThreadRenders, type WorkerRenderStats } from './thread-renders.ts'
import { type WorkerRenderOptions, workerFile, workerSettings } from './worker-options.ts'

/**
 * Renders in threads. A function that `cache.handle` and `cache.fetch` take as handler; `page` and `send` hand data over, too. What `pageContext()` is told in a
 * thread reaches the page in the process; what the render throws is thrown here, with its code, its status and its stack.
 */
export interface WorkerRender {
  /** Renders what was asked for. */
  (asked: Asked): Promise<Response>
  /** Renders what was asked for from data that were loaded in the process, where `cache.value` is: `data` is cloned (structuredClone). */
  page(asked: Asked, data?: unknown): Promise<Response>
  /** Renders into a response of Node's, Express's among them. The status is the render's; fields that are on it already stay, unless the render has them too. */
  send(request: IncomingMessage, response: ServerResponse, data?: unknown): Promise<void>
  /** Resolves when each thread has loaded the file. Rejects where one cannot, or has not within a minute (ERR_SSR_CACHE_OPTION), or ends while it does (ERR_SSR_CACHE_RENDER), and so does every render then. */
  readonly ready: Promise<void>
  /** What threads are doing now. */
  stats(): WorkerRenderStats
  /** Aborts what runs, and ends all threads; later renders are refused with ERR_SSR_CACHE_CLOSED. Close the cache first: it waits for renders. */
  close(): Promise<void>
}

/**
 * Renders off the main thread, so that no page in memory waits behind a render that computes. `file` is a module whose default export renders: a function
 * `({ request, previous, signal, data }) => Response`, or one that gives the parts of a response. Each thread renders one page at a time. An aborted
 * render hears of it through its `signal`, and loses its thread if it goes on for `graceMs` (one that still loads the file goes on with that); a thread that dies costs the one render that it had.
 * @throws ERR_SSR_CACHE_OPTION for a file that is not there, and for options that are none.
 * @example
 * ```ts
 * const render = workerRender(new URL('./render.js', import.meta.url))
 * const page = await cache.handle(request, render)
 * ```
 */
export function workerRender(file: URL | string, options: WorkerRenderOptions = {}): WorkerRender {
  const renders = new ThreadRenders(workerFile(file), workerSettings(options))
  const page = (asked: Asked, data?: unknown): Promise<Response> => renders.render(asked, data).then(webResponse)
  return Object.assign((asked: Asked) => page(asked), {
    page,
    send: (request: IncomingMessage, response: ServerResponse, data?: unknown) =>
      renders.render(request, data).then((answer) => sendThreadAnswer(answer, response)),
    ready: renders.ready,
    stats: () => renders.stats,
    close: () => renders.close(),
  })
}
