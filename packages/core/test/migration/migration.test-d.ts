import {
  createRenderCache,
  fromNitroOptions,
  fromSpartacusOptions,
  type NitroEvent,
  type RenderCacheOptions,
  type SpartacusLogger,
  type SpartacusRequest,
} from '@ssr-cache/core'
import { describe, expectTypeOf, it } from 'vitest'

/** As h3 has it: more than the mapping hands in, and less. */
interface H3Event {
  readonly path: string
  readonly node: { readonly res: object }
}

/** As Nitro has it: an interface, and with the event of h3. */
interface CachedEventHandlerOptions {
  maxAge?: number
  swr?: boolean
  getKey?: (event: H3Event) => string | Promise<string>
  shouldBypassCache?: (event: H3Event) => boolean
}
declare const ofNitro: CachedEventHandlerOptions

describe('the types of fromNitroOptions', () => {
  it('gives options of createRenderCache', () => {
    expectTypeOf(fromNitroOptions({ maxAge: 60 })).toEqualTypeOf<RenderCacheOptions>()
    createRenderCache({ ...fromNitroOptions({ maxAge: 60 }, { version: 3 }), hosts: ['shop.example'] })
  })

  it('takes the options of Nitro as they are, with the event of h3', () => {
    fromNitroOptions(ofNitro)
    fromNitroOptions({ shouldBypassCache: (event: H3Event) => event.path === '/' })
  })

  it('knows what a function is given that says nothing of its event', () => {
    fromNitroOptions({
      shouldBypassCache(event) {
        expectTypeOf(event).toEqualTypeOf<NitroEvent>()
        return event.path === '/'
      },
    })
  })

  it('refuses what it would refuse at the start', () => {
    // @ts-expect-error seconds are a number
    fromNitroOptions({ maxAge: '60s' })
    // @ts-expect-error a promise would count as yes
    fromNitroOptions({ shouldBypassCache: async () => true })
    // @ts-expect-error there is no such version
    fromNitroOptions({}, { version: 1 })
    // @ts-expect-error Nitro has no such option
    fromNitroOptions({ ttl: 60 })
  })
})

/** As Spartacus has it: an interface, with Express' request and an enum. */
interface SsrOptimizationOptions {
  timeout?: number
  ttl?: number | undefined
  renderingStrategyResolver?: (request: { readonly url: string; readonly app: object }) => -1 | 0 | 1
  renderKeyResolver?: (request: { readonly originalUrl: string }) => string
  shouldCacheRenderingResult?: (o: { options: SsrOptimizationOptions; entry: { html?: string } }) => boolean
  logger?: { log(message: string, context: { request?: object }): void } & SpartacusLogger
}
declare const ofSpartacus: SsrOptimizationOptions

describe('the types of fromSpartacusOptions', () => {
  it('gives options of createRenderCache', () => {
    expectTypeOf(fromSpartacusOptions({ timeout: 3000 })).toEqualTypeOf<RenderCacheOptions>()
  })

  it('takes the options of Spartacus as they are, with the request of Express', () => {
    fromSpartacusOptions(ofSpartacus)
    fromSpartacusOptions({ ...ofSpartacus, documentFilePath: 'index.html' })
  })

  it('knows what a resolver is given that says nothing of its request', () => {
    fromSpartacusOptions({
      renderingStrategyResolver(request) {
        expectTypeOf(request).toEqualTypeOf<SpartacusRequest>()
        return 0
      },
    })
  })

  it('refuses what it would refuse at the start', () => {
    // @ts-expect-error milliseconds are a number
    fromSpartacusOptions({ timeout: '3s' })
    // @ts-expect-error it must answer at once
    fromSpartacusOptions({ renderingStrategyResolver: async () => 0 })
    // @ts-expect-error Spartacus has no such option
    fromSpartacusOptions({ maxAge: 60 })
  })
})
