// Loaded into the API's process before its own code (`--import`): lets it hang when told so, and tells how many pages are read from it at once.
import { type IncomingMessage, Server, type ServerResponse } from 'node:http'

/** What the API is told. */
export type ApiFault = 'hang' | 'go on'

/** What it tells whenever a read begins. */
export interface ApiReads {
  readonly kind: 'reads'
  /** Reads of pages that have begun, and whose reader still waits. */
  readonly atOnce: number
}

const PAGES = '/api/pages/'
// Less than a read takes.
const SETTLING_MS = 25

let isHanging = false
let atOnce = 0
const held = new Set<() => void>()
const { emit } = Server.prototype

Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
  const pass = (): boolean => Reflect.apply(emit, this, [event, ...args]) as boolean // what emit gives
  if (event !== 'request') return pass()
  const [request, response] = args as [IncomingMessage, ServerResponse] // those of the event
  if (!request.url?.startsWith(PAGES)) return pass()
  count(response)
  if (!isHanging) return pass()
  held.add(pass)
  response.once('close', () => held.delete(pass))
  return true
}

process.on('message', (fault: ApiFault) => {
  isHanging = fault === 'hang'
  if (isHanging) return
  for (const pass of held) pass()
  held.clear()
})

function count(response: ServerResponse): void {
  atOnce++
  response.once('close', () => atOnce--)
  // Not at once: that a reader has gone may arrive after the next one of the same place in the cap.
  setTimeout(() => process.connected && process.send?.({ kind: 'reads', atOnce } satisfies ApiReads), SETTLING_MS)
}
