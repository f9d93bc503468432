import type { PreviousPage } from '../context/previous-page.ts'
import type { Field } from '../fields.ts'
import type { Watch } from '../key-coverage/watch.ts'
import type { NarrowedRequest } from '../request.ts'
import type { BypassFields } from '../rules/downstream.ts'
import type { Now } from '../store/store.ts'

/** The body of an answer or of a render: whole, or as it comes. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>

/**
 * What a shared render answers: a page; 304, where `previous` is still true; `declined`: not mine, let the code below have it (Express's `next()`).
 */
export type Rendered =
  | { readonly kind: 'response'; readonly status: number; readonly fields: readonly Field[]; readonly body: Body }
  | { readonly kind: 'declined' }

/** What a shared render is handed. It runs on behalf of everyone who asked, so nothing here belongs to one visitor. */
export interface RenderInput {
  readonly request: NarrowedRequest
  /** The page that is kept: where it is true still, the render may answer 304 in its place. */
  readonly previous?: PreviousPage | undefined
  /** Aborted past `admission.deadlineMs` and by `close()`; never by a visitor who leaves. */
  readonly signal: AbortSignal
  /** In development: notices what the render reads. */
  readonly watch?: Watch
  /**
   * Takes the bytes of interim answers (1xx, RFC 9110 15.2) to the visitor for whom the render began, where it was asked as they asked.
   * @default undefined (they are dropped)
   */
  readonly interim?: ((bytes: Uint8Array) => void) | undefined
}

/** Produces the page. Throwing, rejecting and a 5xx are failures: they never replace a page. */
export type RenderFunction = (input: RenderInput) => Now<Rendered>

/**
 * What goes out to one visitor. An adapter writes `status`, `fields` and the body, and decides nothing; for HEAD and a matching
 * If-None-Match it asks `conditional.ts`.
 */
export type Answer =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** Everything for the wire but Date and framing: the page's own fields, ETag, Cache-Control, CDN fields, Vary, Cache-Status. */
      readonly fields: readonly Field[]
      /** Shared bytes: written out, never handed to code that could change them. */
      readonly body: Body
      /** Whether these bytes are kept for others too; false: they are this visitor's alone, or a failure. */
      readonly shared: boolean
      /**
       * The app's own fields, which go out as they came: nothing that code above has put on the response makes them say less, but for what is one visitor's. There
       * where the app's own fields decide (`freshness: 'origin'`).
       * @default false
       */
      readonly asCame?: boolean
      /** It goes out in place of a page: conditions and ranges are about that, and never about this. @default false */
      readonly standsIn?: boolean
    }
  | { readonly kind: 'declined' }

/** A place in the cap on bypassing renders. `release` frees it; calling it again does nothing. */
export interface Admission {
  readonly kind: 'admitted'
  release(): void
  /** For work that may go on when its visitor has hung up (`left`): from then on it has a grace, and is written off like a render past its deadline. */
  heldFor?(work: Promise<unknown>): void
}

/** What is to be done with a request: the one question that an adapter asks of the cache. */
export type Plan =
  /** Refused before any render: 400, 414, 421, 431. */
  | { readonly kind: 'refused'; readonly answer: Extract<Answer, { kind: 'answer' }> }
  /** The app answers this visitor itself, from its own request and response, under the cap of bypassing renders (an answer instead: turned away, 503). */
  | {
      readonly kind: 'bypass'
      readonly reason: string
      readonly fields: BypassFields
      /** The Cache-Status member to send. */
      readonly cacheStatus: string
      /** To be told the head of the app's answer before that goes out: an unsafe method may have made kept pages untrue (RFC 9111 4.4). */
      answered?(status: number, fields: readonly Field[]): void
      admit(): Now<Admission | Extract<Answer, { kind: 'answer' }>>
      left?: Left
      failed: Failed
    }
  /** A page that may be shared: kept bytes, or one render for all who ask. Rejects with what the render threw, where nothing kept may stand in. Call its methods on the plan. */
  | {
      readonly kind: 'shared'
      /** The app is asked as the visitor asked for whom a render begins: what is theirs may reach it, and interim answers reach them (`freshness: 'origin'`). */
      readonly asCame?: boolean
      answer(render: RenderFunction): Now<Answer>
      left?(): void
      failed(error: unknown): void
    }

/**
 * To be told that its visitor has hung up, while what it gives is promised only: nobody queues for them any more. A render that has begun goes on, as does one that
 * others wait for.
 */
export type Left = () => void

/** Tells the log, with the route, of an error that no code of the app hears of; once, however many visitors it is handed to. */
export type Failed = (error: unknown) => void
