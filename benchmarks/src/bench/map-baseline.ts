import type { Contender } from './contest.ts'
import type { KeptPage } from './peers.ts'
import { repeatedCall } from './repeated-call.ts'
import { goingRound, HOST, HOT_PAGES, PAGE, targetOf } from './shop.ts'

/** What callers by key ask for. */
export const KEYS: readonly string[] = Array.from({ length: HOT_PAGES }, (_, id) => `https://${HOST}${targetOf(id)}`)

/** The keys in turn. They are at hand, as keys that a caller keeps are. */
export function readyKeys(): () => string {
  const next = goingRound()
  return () => KEYS[next()] as string // as many as there are pages
}

/** `async () => map.get(key)`: what a hit costs at least, if it may be a promise. */
export function mapBaseline(roundMs: number): Promise<Contender> {
  const pages = new Map<string, KeptPage>(KEYS.map((key) => [key, { status: 200, body: PAGE }]))
  const call = async (key: string) => pages.get(key)
  return repeatedCall({ name: 'async () => map.get(key)', input: readyKeys(), call }, roundMs)
}
