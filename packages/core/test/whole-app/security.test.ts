import type { Way } from '../../../../test-utils/http-suite/front.ts'
import { leakSuite } from '../../../../test-utils/security/leak-suite.ts'
import { poisoningSuite } from '../../../../test-utils/security/poisoning-suite.ts'
import { ECHOES, WAYS_IN } from './ways-in.ts'

// By their kinds: what stands behind `cache.node` is a function like any other.
const WAYS = new Map(WAYS_IN)

for (const [name, echo] of ECHOES) {
  leakSuite(name, echo)
  poisoningSuite(name, WAYS.get(name) as Way) // each kind is among them
}
