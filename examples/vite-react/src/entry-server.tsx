import { text } from 'node:stream/consumers'
import { prerenderToNodeStream } from 'react-dom/static'
import { App } from './app.tsx'
import type { Page } from './page.ts'

/** The page when all of it is there, since it is kept whole. Rejects where a component throws, also inside of a Suspense boundary: a page with a hole must not be kept. */
export async function render(page: Page): Promise<string> {
  const errors: unknown[] = []
  const { prelude } = await prerenderToNodeStream(<App page={page} />, {
    onError: (error) => void errors.push(error),
  })
  if (errors.length > 0) throw errors[0]
  return text(prelude)
}
