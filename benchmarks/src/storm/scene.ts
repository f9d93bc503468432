import { fileURLToPath } from 'node:url'
import { buildStorefront, serverEntry } from '../../../examples/storefront/src/build.ts'
import type { ApiFault, ApiReads } from './api-fault.ts'
import { Shop } from './shop.ts'
import { StormProcess } from './storm-process.ts'

export interface SceneOptions {
  /** Where the storefront renders. */
  readonly render: 'main' | 'worker'
}

const apiEntry = fileURLToPath(new URL('../../../examples/storefront/src/api/main.ts', import.meta.url))
/** Of a back end that is well: with eight renders at once there are some fifty a second, half of what the crawler asks for. */
const API_LATENCY_MS = 150
const SECRET = 'known-to-all-of-the-storm'

/** The storefront and its API; and another storefront, which is stormed in its place while it is measured for comparison. */
export class Scene {
  readonly shop: Shop
  readonly bystander: Shop
  /** The most pages that were read from the API at once, since it was set. */
  mostReads = 0
  readonly #api: StormProcess

  static async start({ render }: SceneOptions): Promise<Scene> {
    await buildStorefront()
    const api = await StormProcess.start({
      name: 'API',
      entry: apiEntry,
      before: new URL('api-fault.ts', import.meta.url),
      env: { HOOK_SECRET: SECRET, API_LATENCY_MS: String(API_LATENCY_MS) },
    })
    const options = { entry: serverEntry, apiUrl: api.origin, secret: SECRET, render }
    return new Scene(api, await Shop.start(options), await Shop.start(options))
  }

  private constructor(api: StormProcess, shop: Shop, bystander: Shop) {
    this.#api = api
    this.shop = shop
    this.bystander = bystander
    api.listen<ApiReads>(({ atOnce }) => {
      this.mostReads = Math.max(this.mostReads, atOnce)
    })
  }

  /** The films that have a page, as their pages' URLs name them. */
  async films(): Promise<readonly string[]> {
    const response = await fetch(`${this.#api.origin}/api/movies`)
    const films = (await response.json()) as readonly { readonly slug: string }[] // the catalogue's own answer
    return films.map(({ slug }) => slug)
  }

  api(fault: ApiFault): void {
    this.#api.tell(fault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.shop, this.bystander].map((shop) => shop[Symbol.asyncDispose]()))
    await this.#api[Symbol.asyncDispose]()
  }
}
