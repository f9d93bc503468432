import { leakSuite } from '../../../test-utils/security/leak-suite.ts'
import { poisoningSuite } from '../../../test-utils/security/poisoning-suite.ts'
import { behind, echoBehind } from './ways-in.ts'

leakSuite('Fastify 5', echoBehind)
poisoningSuite('Fastify 5', behind)
