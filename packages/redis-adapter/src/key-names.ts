import { hash } from 'node:crypto'
import { type StoreKey, withoutOrigin } from '@ssr-cache/core/store'

/**
 * The names that things have in Redis. What belongs to one path and query, on all hosts and in all variants, has one hash tag and so one slot: a script may
 * touch all of it, and a purge finds all of it.
 */
export class KeyNames {
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  page({ id, url }: StoreKey): string {
    return this.pageOf(tagOf(url), id)
  }

  pageOf(tag: string, id: string): string {
    return `${this.#prefix}p:${tag}:${id}`
  }

  lease({ id, url }: StoreKey): string {
    return `${this.#prefix}l:${tagOf(url)}:${id}`
  }

  /** Which pages there are of one path and query. */
  index(url: string): string {
    return `${this.#prefix}u:${tagOf(url)}`
  }

  /** What is published when a lease is released. */
  wakeUp({ id }: StoreKey): string {
    return `${this.#prefix}w:${id}`
  }
}

/** A hash tag: of a name with one, Redis Cluster looks at nothing else. */
export function tagOf(url: string): string {
  return `{${hash('sha256', url.startsWith('/') ? url : withoutOrigin(url), 'base64url').slice(0, 22)}}`
}
