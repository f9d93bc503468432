import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { type Answer, type Reply, write } from './site.ts'
import type { Now } from './timeline.ts'

/** Names the run that an answer came from. */
export const RUN = 'x-run'

/** Begins an answer: gives what it is made from, and takes what has become of it. */
export type Begin<Data> = (request: Request, response: Response) => Begun<Data>

/** An answer that has been begun. */
export interface Begun<Data> {
  readonly now: Now<Data>
  /** Waits for as long as the app takes. */
  readonly worked: () => Promise<void>
  readonly mark: (response: Response) => void
  /** What is thrown carries its run to the error handler. */
  readonly failed: (error: unknown) => void
  readonly ended: (reply: Reply) => void
  readonly declined: () => void
  /** The answer where the app has no page, if that is its own. */
  readonly below: Reply | undefined
}

/** Makes handlers of Express of an app's answers. */
export function handleBy<Data>(begin: Begin<Data>): (answer: Answer<Data>) => RequestHandler {
  return (answer) => async (request, response, next) => {
    const begun = begin(request, response)
    try {
      await begun.worked()
      const reply = troubled(begun.now) ?? answer(request, begun.now, response) ?? begun.below
      if (reply === undefined) {
        begun.declined()
        next()
        return
      }
      begun.mark(response)
      write(reply, response)
      begun.ended(reply)
    } catch (error) {
      begun.failed(error)
      next(error)
    }
  }
}

/** What an app answers that is not well. */
function troubled({ health }: Now<unknown>): Reply | undefined {
  if (health === 'well') return undefined
  if (health === 'throws') throw new Error('the database is down')
  if (health === 'empty') return { html: '' }
  return { html: `<p>Trouble ${health}</p>`, status: health }
}

/** The code below: what went wrong is told the same to everybody. */
export const onError: ErrorRequestHandler = (error, _request, response, _next) => {
  const run = (error as { run?: number }).run
  if (run !== undefined) response.setHeader(RUN, String(run))
  response.status(500).type('html').send(`<p>Sorry: ${error.message}</p>`)
}
