import { request } from 'undici'
import { CommandError } from '../command-line/command-error.ts'
import { type Mapping, ownPaths, storefrontPages } from './page-mapping.ts'
import { type RenderCounts, renderCounts } from './render-counts.ts'
import { StorefrontProcess } from './storefront-process.ts'

/** The app that a log is sent to. */
export interface TargetApp {
  readonly name: string
  readonly origin: string
  readonly mapping: Mapping
  /** Resolves if it is gone before it was told so, with the reason. */
  readonly lost: Promise<string>
  /** What its cache has counted itself; `undefined` where it is not ours to ask. */
  counts(): Promise<RenderCounts | undefined>
  stop(): Promise<void>
}

/** A storefront of our own, started for this. */
export async function startedStorefront(): Promise<TargetApp> {
  const storefront = await StorefrontProcess.start()
  const films = await storefront.films().catch(async (error: unknown) => {
    await storefront.stop()
    throw error
  })
  return {
    name: 'storefront',
    origin: storefront.origin,
    mapping: storefrontPages(films),
    lost: storefront.ended,
    counts: async () => renderCounts(await storefront.stats()),
    stop: () => storefront.stop(),
  }
}

/**
 * An app that runs already.
 * @throws {@link CommandError} where nobody answers there.
 */
export async function runningApp(origin: string): Promise<TargetApp> {
  try {
    const { body } = await request(origin, { method: 'HEAD' })
    await body.dump()
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw new CommandError(`${origin} cannot be reached (${reason}).`)
  }
  return {
    name: origin,
    origin,
    mapping: ownPaths,
    lost: new Promise(() => {}),
    counts: async () => undefined,
    stop: async () => {},
  }
}
