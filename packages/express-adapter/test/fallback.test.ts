import { fallbackSuite } from '../../../test-utils/http-suite/fallback-suite.ts'
import { VERSIONS } from './versions.ts'
import { behind } from './ways-in.ts'

for (const [name, express] of VERSIONS) fallbackSuite(name, behind(express))
