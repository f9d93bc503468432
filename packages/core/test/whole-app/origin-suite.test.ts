import { originSuite } from '../../../../test-utils/http-suite/origin-suite.ts'
import { WAYS_IN } from './ways-in.ts'

for (const [name, way] of WAYS_IN) originSuite(name, way)
