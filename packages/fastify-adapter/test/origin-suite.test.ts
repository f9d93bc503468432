import { originSuite } from '../../../test-utils/http-suite/origin-suite.ts'
import { behind } from './ways-in.ts'

originSuite('Fastify 5', behind)
