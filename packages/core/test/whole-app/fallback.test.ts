import { fallbackSuite } from '../../../../test-utils/http-suite/fallback-suite.ts'
import { WAYS_IN } from './ways-in.ts'

for (const [name, way] of WAYS_IN) fallbackSuite(name, way, { throwsAsJson: name.endsWith('h3') })
