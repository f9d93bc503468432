import { httpSuite } from '../../../../test-utils/http-suite/suite.ts'
import { hono, nodeFunction, WAYS_IN } from './ways-in.ts'

/** No framework handles errors further out: the cache answers. */
function byTheCache(answer: string): string {
  return answer
    .replace('content-length: 5', 'content-length: 22')
    .replace(/\n\nsorry$/, '\nx-content-type-options: nosniff\n\nInternal Server Error')
}

for (const [name, way] of WAYS_IN) {
  // The others answer with error pages of their own.
  const isBare = way === nodeFunction || way === hono
  httpSuite(name, way, (answer) => (isBare ? byTheCache(answer) : undefined))
}
