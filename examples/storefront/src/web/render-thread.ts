// What runs in the threads of `npm start -- --render worker`: a file of its own, which build.ts bundles beside main.ts.
import { setPriority } from 'node:os'
import { PassThrough, Readable } from 'node:stream'
import type { WorkerInput } from '@ssr-cache/core'
import { type RenderedDocument, renderDocument } from './render-document.tsx'

// Where cores are few, what is served as kept comes first. On Linux this is about the thread that says it, elsewhere about the whole process.
if (process.platform === 'linux') setPriority(5)

export interface ThreadPage {
  readonly document: RenderedDocument
  readonly status: number
}

/** Renders a page from data that the process has loaded. What its components say of it, by `pageContext()`, reaches the cache in the process. */
export default async function render({ data }: WorkerInput<ThreadPage>): Promise<Response> {
  const { pipe } = await renderDocument(data.document)
  const body = Readable.toWeb(pipe(new PassThrough()))
  return new Response(body as ReadableStream, {
    status: data.status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  })
}
