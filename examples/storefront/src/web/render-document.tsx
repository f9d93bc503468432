import { type PipeableStream, renderToPipeableStream } from 'react-dom/server'
import { Document } from '../ui/document.tsx'
import type { Page, Rendered } from '../ui/page.ts'

/** A document before it is rendered: plain data, so that a thread can be handed it. */
export interface RenderedDocument {
  readonly page: Page
  readonly rendered: Rendered
  /** URLs of what the page loads. */
  readonly assets: { readonly script: string; readonly style: string }
}

/** Renders a document. Resolves when all of it is there, so that an error in any part is an error, and not half a page that many would get. */
export function renderDocument({ page, rendered, assets }: RenderedDocument): Promise<PipeableStream> {
  return new Promise((resolve, reject) => {
    const stream = renderToPipeableStream(<Document page={page} rendered={rendered} style={assets.style} />, {
      bootstrapModules: [assets.script],
      onError: reject,
      // Not onShellReady; where a part has failed it comes too late.
      onAllReady: () => resolve(stream),
    })
  })
}
