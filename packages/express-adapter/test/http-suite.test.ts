import { httpSuite } from '../../../test-utils/http-suite/suite.ts'
import { VERSIONS } from './versions.ts'
import { behind } from './ways-in.ts'

for (const [name, express] of VERSIONS) httpSuite(name, behind(express))
