import type { Part } from './part.ts'
import { coldPart } from './part-cold.ts'
import { encodedPart } from './part-encoded.ts'
import { expressPart } from './part-express.ts'
import { hitPart } from './part-hit.ts'
import { keyCoveragePart } from './part-key-coverage.ts'
import { memoryPart } from './part-memory.ts'
import { missTaxPart } from './part-miss-tax.ts'
import { keyedPart, seenPart } from './part-seen.ts'
import { unseenPart } from './part-unseen.ts'

/** All parts, in the order in which they run. */
export const PARTS: readonly Part[] = [
  hitPart,
  seenPart,
  keyedPart,
  unseenPart,
  coldPart,
  expressPart,
  encodedPart,
  missTaxPart,
  keyCoveragePart,
  memoryPart,
]
