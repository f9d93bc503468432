import { originSuite } from '../../../test-utils/http-suite/origin-suite.ts'
import { VERSIONS } from './versions.ts'
import { behind } from './ways-in.ts'

for (const [name, express] of VERSIONS) originSuite(name, behind(express))
