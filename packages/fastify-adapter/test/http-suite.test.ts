import { httpSuite } from '../../../test-utils/http-suite/suite.ts'
import { behind } from './ways-in.ts'

httpSuite('Fastify 5', behind)
