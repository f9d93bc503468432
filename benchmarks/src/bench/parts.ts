import type { Part } from './part.ts'
import { hitPart } from './part-hit.ts'
import { unseenPart } from './part-unseen.ts'

/** All parts, in the order in which they run. */
export const PARTS: readonly Part[] = [hitPart, unseenPart]
