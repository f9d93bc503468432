import fc from 'fast-check'
import type { Tally } from './audience.ts'
import { type Copies, openCopies, type Stage } from './copies.ts'
import { play } from './play.ts'
import { type Script, scripts } from './script.ts'
import { Fault } from './story.ts'

/**
 * Scripts over the three apps together; `SSR_CACHE_ORACLE_SCRIPTS=30000 npm test -- packages/express-adapter/test/oracle` plays more of them, and
 * `SSR_CACHE_ORACLE_SEED` those of an earlier run.
 */
const SCRIPTS = Number(process.env['SSR_CACHE_ORACLE_SCRIPTS'] ?? 2_000)

const SEED = process.env['SSR_CACHE_ORACLE_SEED']

/** A share of all scripts. */
export function scriptsFor(share: number): number {
  return Math.max(1, Math.ceil(SCRIPTS * share))
}

/** Some minutes, more where more scripts are asked for. */
export const LIMIT_MS: number = 300_000 + SCRIPTS * 200

const MAX_STEPS = 30

/** Plays random scripts, and says with which seed; fails with the seed and the shortest script that shows the fault. */
export async function prove<Data>(stage: Stage<Data>, numRuns: number): Promise<Tally> {
  const seed = SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(SEED)
  console.warn(`${stage.site.name} over ${stage.over}: ${numRuns} scripts, SSR_CACHE_ORACLE_SEED=${seed}`)
  const total: Tally = new Map()
  await using theatre = new Theatre(stage)
  const property = fc.asyncProperty(scripts(MAX_STEPS), async (script) => {
    for (const [kind, count] of await theatre.play(script)) total.set(kind, (total.get(kind) ?? 0) + count)
  })
  await fc.assert(property, { numRuns, seed })
  return total
}

/** What the first script says that shows a fault of this kind; `undefined` where none does. */
export async function firstFault<Data>(stage: Stage<Data>, numRuns: number, kind: RegExp): Promise<string | undefined> {
  await using theatre = new Theatre(stage)
  const property = fc.asyncProperty(scripts(MAX_STEPS), async (script) => {
    await theatre.play(script).catch((fault: Error) => {
      if (!(fault instanceof Fault) || kind.test(fault.message)) throw fault
    })
  })
  const { errorInstance } = await fc.check(property, { numRuns, seed: 1, endOnFailure: true })
  return (errorInstance as Error | null)?.message // plays reject with errors alone
}

/** Plays one script after another with the same copies; after a fault, with others, so that shorter scripts show whether they have it by themselves. */
class Theatre<Data> implements AsyncDisposable {
  readonly #stage: Stage<Data>
  #copies: Copies<Data> | undefined

  constructor(stage: Stage<Data>) {
    this.#stage = stage
  }

  async play(script: Script): Promise<Tally> {
    this.#copies ??= await openCopies(this.#stage)
    try {
      return await play(script, this.#copies)
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#copies?.[Symbol.asyncDispose]()
    this.#copies = undefined
  }
}
