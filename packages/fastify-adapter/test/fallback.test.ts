import { fallbackSuite } from '../../../test-utils/http-suite/fallback-suite.ts'
import { behind } from './ways-in.ts'

fallbackSuite('Fastify 5', behind)
