import { IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { optionError } from '../errors.ts'

/** What `writeHead` hands down: nothing, an object, a flat list or pairs; or Node's own record of what was set before. */
export type GivenHeaders =
  | OutgoingHttpHeaders
  | readonly OutgoingHttpHeader[]
  | readonly (readonly [string, OutgoingHttpHeader])[]
  | undefined

/** The step of Node in which a head becomes text. Not in its types, but what every way to write a head ends in. */
interface HeadStep {
  _storeHeader(statusLine: string, headers: GivenHeaders): void
}

/** Writes the head with these headers, in Node's own way. */
export type WriteHead = (headers: GivenHeaders) => void

/**
 * Puts `onHead` in the place of the step that turns a head into text. It is the only place that runs last: wrappers of `writeHead` (on-headers, so
 * sessions, too) add their fields inside of `writeHead`, and some by Node's own `setHeader`, which nothing on the response itself sees.
 * @throws ERR_SSR_CACHE_OPTION where the response has no such step: what goes out could not be told from what was meant to.
 */
export function hookHead(response: ServerResponse, onHead: (write: WriteHead, headers: GivenHeaders) => void): void {
  const step = response as unknown as Partial<HeadStep> // see HeadStep
  const store = step._storeHeader
  if (store === undefined || !isHeadStepReal()) {
    const name = Object.getPrototypeOf(response)?.constructor?.name ?? 'object'
    throw optionError(
      'response',
      "node:http's ServerResponse",
      name,
      'Serve the app by node:http or node:https (HTTP/1.1).',
    )
  }
  step._storeHeader = (statusLine, headers) =>
    onHead((given) => store.call(step as HeadStep, statusLine, given), headers)
}

let isReal: boolean | undefined

/** Whether this Node still writes heads by that step; tried once, on a response that goes nowhere. */
function isHeadStepReal(): boolean {
  isReal ??= triedHeadStep()
  return isReal
}

function triedHeadStep(): boolean {
  let called = false
  const response = new ServerResponse(new IncomingMessage(null as never)) // no socket: nothing is sent
  Object.assign(response, {
    _storeHeader() {
      called = true
    },
  })
  response.writeHead(200)
  return called
}
