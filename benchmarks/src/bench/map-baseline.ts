import type { Contender } from './contest.ts'
import type { KeptPage } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOST, HOT_PAGES, PAGE, targetOf } from './shop.ts'
import { navigation } from './visitors.ts'

/** What callers by key ask for. */
export const KEYS: readonly string[] = Array.from({ length: HOT_PAGES }, (_, id) => `https://${HOST}${targetOf(id)}`)

/** The keys in turn. They are at hand, as keys that a caller keeps are. */
export function readyKeys(): () => string {
  const next = goingRound()
  return () => KEYS[next()] as string // as many as there are pages
}

const NAME = 'async () => map.get(key)'

function mapOfPages(): ReadonlyMap<string, KeptPage> {
  return new Map(KEYS.map((key) => [key, { status: 200, body: PAGE }]))
}

/** `async () => map.get(key)`: what a hit costs at least, if it may be a promise. */
export function mapBaseline(roundMs: number): Promise<Contender> {
  const pages = mapOfPages()
  return repeatedCall({ name: NAME, input: readyKeys(), call: async (key) => pages.get(key) }, roundMs)
}

/** The same, in a server: a request has come in, and is somebody's garbage soon. */
export function mapByRequest(roundMs: number): Promise<Contender> {
  const pages = mapOfPages()
  const key = readyKeys()
  const next = goingRound()
  const input = () => ({ key: key(), request: navigation(targetOf(next())) })
  return repeatedCall({ name: NAME, input, call: async (asked) => pages.get(asked.key) }, roundMs)
}
