import type { Part } from './part.ts'
import { coldPart } from './part-cold.ts'
import { encodedPart } from './part-encoded.ts'
import { expressPart } from './part-express.ts'
import { fastifyPart } from './part-fastify.ts'
import { hitPart } from './part-hit.ts'
import { keyCoveragePart } from './part-key-coverage.ts'
import { memoryPart } from './part-memory.ts'
import { missTaxPart } from './part-miss-tax.ts'
import { notModifiedPart } from './part-not-modified.ts'
import { redisFleetPart } from './part-redis-fleet.ts'
import { redisHitPart } from './part-redis-hit.ts'
import { redisTieredPart } from './part-redis-tiered.ts'
import { keyedPart, seenPart } from './part-seen.ts'
import { serversPart } from './part-servers.ts'
import { stormPart } from './part-storm.ts'
import { unseenPart } from './part-unseen.ts'

/** All parts, in the order in which they run. */
export const PARTS: readonly Part[] = [
  hitPart,
  seenPart,
  keyedPart,
  unseenPart,
  coldPart,
  expressPart,
  fastifyPart,
  serversPart,
  notModifiedPart,
  encodedPart,
  missTaxPart,
  keyCoveragePart,
  memoryPart,
  redisHitPart,
  redisTieredPart,
  redisFleetPart,
  stormPart,
]
