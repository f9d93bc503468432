import { type WorkerRender, workerRender } from '@ssr-cache/core'
import type { ThreadPage } from './render-thread.ts'
import { documentOf, type SendPage } from './send-page.ts'

/** Threads that render pages, so that what is served as kept does not wait behind React. */
export function startThreads(threads: number | undefined): WorkerRender {
  return workerRender(new URL('./render-thread.js', import.meta.url), threads === undefined ? {} : { threads })
}

/** Renders in a thread, from what was loaded here. */
export function sendPageBy(render: WorkerRender): SendPage {
  return (response, page) => {
    const data: ThreadPage = { document: documentOf(page), status: response.statusCode }
    return render.send(response.req, response, data)
  }
}
