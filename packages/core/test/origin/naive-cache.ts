import type { Field } from '../../src/fields.ts'
import { endToEndHeaders } from '../../src/origin/connection-fields.ts'
import type { OriginRequest, OriginResponse } from '../../src/origin/exchange.ts'
import { seenByHead, validated } from '../../src/origin/freshening.ts'
import { invalidatedUrls } from '../../src/origin/invalidation.ts'
import type { OriginLife } from '../../src/origin/life.ts'
import { isKnownToVisitor } from '../../src/origin/not-modified.ts'
import { requestDirectives } from '../../src/origin/request-directives.ts'
import { type OriginFailure, reuse, standsIn } from '../../src/origin/reuse.ts'
import { servedFields } from '../../src/origin/served-fields.ts'
import { ORIGIN_DEFAULTS, type OriginSettings } from '../../src/origin/settings.ts'
import { storable } from '../../src/origin/storable.ts'
import { validationHeaders } from '../../src/origin/validation.ts'
import { selectingNames, variantKey } from '../../src/origin/variant-key.ts'
import { wayOf } from '../../src/origin/way.ts'
import type { RequestHeaders } from '../../src/request.ts'

/** What an app of these tests says; `lost` where the connection breaks. */
export type Said = { readonly status: number; readonly fields: readonly Field[]; readonly body?: string } | 'lost'

export interface AppRequest extends OriginRequest {
  readonly url: string
}

/** What came out of the cache, and whether the app was asked before it went out. */
export interface Out {
  readonly status: number
  readonly fields: readonly Field[]
  readonly body: string
  readonly asked: boolean
}

interface Stored {
  readonly response: OriginResponse
  readonly life: OriginLife
  readonly body: string
}

const LOST: Out = { status: 504, fields: [], body: '', asked: true }

/** The rules of origin-driven mode with a Map and no engine round them: one request at a time, and a refresh right behind a stale answer. */
export class NaiveCache {
  /** Epoch milliseconds. */
  now: number
  readonly #app: (request: AppRequest) => Said
  readonly #settings: OriginSettings
  readonly #heeds: boolean
  readonly #names = new Map<string, readonly string[]>()
  readonly #stored = new Map<string, Map<string, Stored>>()

  constructor(
    app: (request: AppRequest) => Said,
    o: { readonly now: number; readonly heeds?: boolean; readonly settings?: Partial<OriginSettings> },
  ) {
    this.#app = app
    this.now = o.now
    this.#heeds = o.heeds ?? false
    this.#settings = { ...ORIGIN_DEFAULTS, ...o.settings }
  }

  ask(request: AppRequest): Out {
    if (wayOf(request).kind === 'through') return this.#through(request)
    const stored = this.#find(request)
    const asked = this.#heeds ? requestDirectives(request.headers) : undefined
    if (stored === undefined) return asked?.onlyIfCached ? { ...LOST, asked: false } : this.#forward(request)
    switch (reuse(stored.life, this.now, asked).kind) {
      case 'serve':
      case 'serve-stale':
        return this.#serve(request, stored)
      case 'refresh': {
        const old = this.#serve(request, stored)
        this.#validate({ ...request, method: 'GET' }, stored)
        return old
      }
      case 'validate':
        return request.method === 'HEAD' ? this.#forward(request, stored) : this.#validate(request, stored)
      case 'unavailable':
        return { ...LOST, asked: false }
    }
  }

  #find({ url, headers }: AppRequest): Stored | undefined {
    return this.#stored.get(url)?.get(variantKey(this.#names.get(url) ?? [], headers))
  }

  #serve(request: AppRequest, { response, life, body }: Stored, asked = false): Out {
    const fields = servedFields(response, life, this.now)
    if (isKnownToVisitor(request, response)) return { status: 304, fields, body: '', asked }
    return { status: response.status, fields, body: request.method === 'HEAD' ? '' : body, asked }
  }

  #through(request: AppRequest): Out {
    const said = this.#app(request)
    if (said === 'lost') return LOST
    const { method, url } = request
    for (const dropped of invalidatedUrls({ method, url, status: said.status, fields: said.fields })) {
      this.#stored.delete(dropped)
      this.#names.delete(dropped)
    }
    return { body: '', ...said, asked: true }
  }

  /** As it came; what may be stored is. */
  #forward(request: AppRequest, stored?: Stored): Out {
    const said = this.#app({ ...request, headers: endToEndHeaders(request.headers) })
    const failure = said === 'lost' ? 'disconnected' : said.status >= 500 ? 'error' : undefined
    const old = stored === undefined || failure === undefined ? undefined : this.#inPlaceOf(failure, request, stored)
    if (old !== undefined) return old
    if (said === 'lost') return LOST
    const response = this.#received(said)
    const seen = stored !== undefined && request.method === 'HEAD' ? seenByHead(stored.response, response) : undefined
    if (stored !== undefined && seen?.kind === 'freshened')
      this.#keep({ ...request, method: 'GET' }, seen.response, stored.body)
    if (seen?.kind === 'outdated') this.#forget(request)
    if (seen === undefined) this.#keep(request, response, said.body ?? '')
    return { body: '', ...said, asked: true }
  }

  #validate(request: AppRequest, stored: Stored): Out {
    const headers = validationHeaders(endToEndHeaders(request.headers), stored.response.fields)
    const said = this.#app({ ...request, headers })
    if (said === 'lost') return this.#inPlaceOf('disconnected', request, stored) ?? LOST
    const outcome = validated(stored.response, this.#received(said))
    switch (outcome.kind) {
      case 'freshened': {
        const kept = this.#keep(request, outcome.response, stored.body)
        return this.#serve(request, kept ?? { ...stored, response: outcome.response }, true)
      }
      case 'mistaken':
        return this.#forward({ ...request, headers: validationHeaders(request.headers, []) })
      case 'failed':
        return this.#inPlaceOf('error', request, stored) ?? { body: '', ...said, asked: true }
      case 'replaced':
        this.#keep(request, this.#received(said), said.body ?? '')
        return { body: '', ...said, asked: true }
    }
  }

  #inPlaceOf(failure: OriginFailure, request: AppRequest, stored: Stored): Out | undefined {
    return standsIn(stored.life, failure, this.now) ? this.#serve(request, stored, true) : undefined
  }

  #keep(request: AppRequest, response: OriginResponse, body: string): Stored | undefined {
    const { url, headers } = request
    const verdict = storable(request, response, this.#settings)
    if (verdict.kind === 'unstorable') {
      this.#drop(request, response)
      return undefined
    }
    const known = this.#names.get(url) ?? []
    const names = selectingNames(known, verdict.vary)
    if (names.length > known.length) this.#stored.delete(url)
    this.#names.set(url, names)
    const stored = { response: { ...response, fields: verdict.fields }, life: verdict.life, body }
    const variants = this.#stored.get(url) ?? new Map<string, Stored>()
    this.#stored.set(url, variants.set(variantKey(names, headers), stored))
    return stored
  }

  /** What the app has replaced. A visitor's own 304 or 206 replaces nothing. */
  #drop(request: AppRequest, { status }: OriginResponse): void {
    if (status !== 304 && status !== 206) this.#forget(request)
  }

  #forget({ url, headers }: AppRequest): void {
    this.#stored.get(url)?.delete(variantKey(this.#names.get(url) ?? [], headers))
  }

  #received({ status, fields }: Exclude<Said, 'lost'>): OriginResponse {
    return { status, fields, requestedAt: this.now, receivedAt: this.now }
  }
}

/** A request of a visitor to the only site there is. */
export function asking(target: string, headers: RequestHeaders = {}, method = 'GET'): AppRequest {
  return { url: `https://shop.example${target}`, method, headers }
}
