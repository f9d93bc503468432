import { createRenderCache, fromNitroOptions, type NitroEvent, type RenderCacheOptions } from '@ssr-cache/core'
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
