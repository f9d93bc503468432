// What the main thread and a thread that renders tell each other. All of it is cloned on its way (structuredClone): nothing here may hold a function.
import type { MessagePort } from 'node:worker_threads'
import type { PreviousPage } from '../context/previous-page.ts'
import type { Field } from '../fields.ts'
import type { Crossed } from './crossing-error.ts'
import type { Reads } from './reads.ts'
import type { Told } from './told.ts'

/** A request as a thread makes one anew. */
export interface SentRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: readonly Field[]
  /** Handed over, and not copied; `null` where there is none. */
  readonly body: ReadableStream<Uint8Array> | null
}

/** The page of a shared render. */
export interface SentPage {
  readonly id: string
  readonly variant: Readonly<Record<string, string>>
  readonly previous: PreviousPage | undefined
  /** In development: what is read is told. */
  readonly isWatched: boolean
}

/** One render for a thread. */
export interface ThreadTask {
  /** For all that follows. */
  readonly port: MessagePort
  readonly request: SentRequest
  /** `undefined` where the answer is one visitor's. */
  readonly page: SentPage | undefined
  readonly data: unknown
}

/** What a thread is told when it starts. */
export interface ThreadSettings {
  /** URL of the module that renders. */
  readonly file: string
}

/** To a thread that renders. */
export type ToThread =
  | { readonly kind: 'abort'; readonly reason: Crossed }
  /** So many bytes of the body have been read: there is room for as many. */
  | { readonly kind: 'taken'; readonly bytes: number }

/** An answer before its body. */
export interface SentHead {
  readonly status: number
  readonly fields: readonly Field[]
}

/** The last that is heard of a render. */
interface Last {
  readonly reads: Reads | undefined
}

/** From a thread that renders. */
export type FromThread =
  /** It has loaded the file, and is about to render: from now on what it does is the render's own. */
  { readonly kind: 'begun' } | OfRender

/** `told` is what it has said of its page since the message before. */
export type OfRender = { readonly told: Told | undefined } & (
  | ({ readonly kind: 'head' } & SentHead)
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  | ({ readonly kind: 'end' } & Last)
  /** Head, body and end in one. */
  | ({ readonly kind: 'whole'; readonly body: Uint8Array } & SentHead & Last)
  | ({ readonly kind: 'thrown'; readonly error: Crossed } & Last)
)

/** So many bytes may be on their way: a page of that size leaves its thread as soon as it is rendered, however slowly it is read. */
export const WINDOW_BYTES: number = 1024 ** 2
