import type { Response } from 'express'
import { renderToPipeableStream } from 'react-dom/server'
import { Document } from '../ui/document.tsx'
import type { Page, Rendered } from '../ui/page.ts'
import { assets } from './assets.ts'

let renders = 0

/** Renders `page` into `response`. Rejects where a component throws, before anything has been sent. */
export function sendPage(response: Response, page: Page): Promise<void> {
  renders += 1
  const rendered: Rendered = { pid: process.pid, sequence: renders, at: new Date().toISOString() }
  return new Promise((resolve, reject) => {
    let failed = false
    const { pipe } = renderToPipeableStream(<Document page={page} rendered={rendered} style={assets.style} />, {
      bootstrapModules: [assets.script],
      onError(error) {
        failed = true
        reject(error)
      },
      // Not onShellReady: a page that many will get is sent when all of it is there, so that an error in any part is an error and not half a page.
      onAllReady() {
        if (failed) return
        pipe(response.type('html'))
        resolve()
      },
    })
  })
}
