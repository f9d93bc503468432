import type { RenderCache, RenderCacheOptions } from '@ssr-cache/core'

/** What one node of a fleet is started with. */
export interface NodeSettings {
  /** Of its Redis, or of the proxy before it. */
  readonly url: string
  /** A memory store before Redis. @default false */
  readonly near?: boolean
  /** How far its clock is ahead of this machine's. @default 0 */
  readonly skewMs?: number
  /** Options of its store that a message can carry. @default {} */
  readonly store?: Readonly<Record<string, string | number | boolean>>
  /** Options of its cache that a message can carry. @default {} */
  readonly cache?: Pick<
    RenderCacheOptions,
    | 'build'
    | 'maxAge'
    | 'staleWhileRevalidate'
    | 'staleIfError'
    | 'downstream'
    | 'admission'
    | 'storeTimeoutMs'
    | 'write'
  >
}

/** What a render, or the load of a value, is told to give. */
export interface Made {
  readonly body: string
  /** @default 200 */
  readonly status?: number
  /** Tags that the render finds on its way. @default [] */
  readonly tags?: readonly string[]
  /** Only its visitor may have it. @default false */
  readonly isPrivate?: boolean
  /** How long the node is busy with it, without turning its event loop. @default 0 */
  readonly busyMs?: number
}

/** What a node says of itself. */
export interface NodeReport {
  /** Of its connection to Redis. */
  readonly state: string
  /** How often the store failed, by operation. */
  readonly storeErrors: Readonly<Record<string, number>>
  readonly flights: number
  readonly background: number
  /** Sockets and other handles that are open. */
  readonly handles: number
  readonly stats: unknown
}

/** Calls that a node takes from its test. */
export interface NodeCalls {
  invalidate: { readonly argument: Parameters<RenderCache['invalidate']>[0]; readonly result: undefined }
  purge: { readonly argument: Parameters<RenderCache['purge']>[0]; readonly result: undefined }
  report: { readonly argument: undefined; readonly result: NodeReport }
  /** Blocks its event loop for so many milliseconds. */
  block: { readonly argument: number; readonly result: undefined }
}

/** From a node to its test. */
export type FromNode =
  | { readonly kind: 'listening'; readonly port: number }
  /** A render or load has begun, and asks what to give. */
  | { readonly kind: 'begun'; readonly id: number; readonly of: string }
  | { readonly kind: 'returned'; readonly id: number; readonly result?: unknown }
  | { readonly kind: 'rejected'; readonly id: number; readonly code: string; readonly message: string }
  /** What nobody caught. */
  | { readonly kind: 'fault'; readonly text: string }

/** From a test to its node. */
export type ToNode =
  | { readonly kind: 'made'; readonly id: number; readonly made: Made }
  | { readonly kind: 'call'; readonly id: number; readonly name: keyof NodeCalls; readonly argument?: unknown }
  | { readonly kind: 'close' }
