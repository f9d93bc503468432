import { leakSuite } from '../../../test-utils/security/leak-suite.ts'
import { poisoningSuite } from '../../../test-utils/security/poisoning-suite.ts'
import { VERSIONS } from './versions.ts'
import { behind, echoBehind } from './ways-in.ts'

for (const [name, express] of VERSIONS) {
  leakSuite(name, echoBehind(express))
  poisoningSuite(name, behind(express))
}
