import { readFileSync } from 'node:fs'
import type { Survivor } from './survivors.ts'

/** Why a mutant may live: each survivor's word begins with one of these names. */
export const CLASSES = {
  equal: 'The mutant does the same: no input tells it from the original.',
  speed: 'The same answer, later or with more work: an early exit, a memo, a fast path.',
  guard: 'A second line of defence: what it guards against is stopped before it gets there.',
  bound: 'A bound or a time that moves by one step, where nothing is promised of that one step.',
  text: 'The wording of a message or of a log line, beside what the tests hold of it.',
  elsewhere: 'Noticed by tests of another area, or by those that are too slow to run on every mutant.',
  since: 'A test for it was written after this run; the next run tells whether it holds.',
  open: 'A gap: no test holds it yet.',
} as const

/** `CLASS: why`, by file below packages/core/src and by fingerprint. */
export type Words = Readonly<Record<string, Readonly<Record<string, string>>>>

const WORDS_FILE = 'docs/mutation-survivors.json'
const ROOT = 'packages/core/src/'

export function readWords(): Words {
  return JSON.parse(readFileSync(WORDS_FILE, 'utf8')) as Words // a file of this repository
}

export function wordOn({ file, fingerprint }: Survivor, words: Words): string | undefined {
  const word = words[file.replace(ROOT, '')]?.[fingerprint]
  return word !== undefined && Object.hasOwn(CLASSES, classOf(word)) ? word : undefined
}

export function classOf(word: string): string {
  return word.slice(0, Math.max(0, word.indexOf(':')))
}

/** The words on mutants that live no longer, as `file: fingerprint`, for files that were in the run. */
export function idleWords(words: Words, survivors: readonly Survivor[], files: ReadonlySet<string>): readonly string[] {
  const alive = new Set(survivors.map(({ file, fingerprint }) => `${file}: ${fingerprint}`))
  return Object.entries(words)
    .filter(([file]) => files.has(ROOT + file))
    .flatMap(([file, byFingerprint]) =>
      Object.keys(byFingerprint).map((fingerprint) => `${ROOT}${file}: ${fingerprint}`),
    )
    .filter((idle) => !alive.has(idle))
}
