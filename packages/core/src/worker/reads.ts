import { noticing } from '../key-coverage/noticing.ts'
import type { HeaderWatch } from '../key-coverage/watched-request.ts'

/** In development: what a render in a thread has read. */
export interface Reads {
  readonly headers: ReadonlySet<string>
  /** Headers were read as one list, too. */
  readonly isEveryHeader: boolean
  readonly variant: ReadonlySet<string>
  readonly isWholeVariant: boolean
}

/** Where reads of the same things outside are noticed. */
export interface ReadsOutside {
  /** One header. */
  header(name: string): void
  /** All of them as a list. */
  everyHeader(): void
  readonly variant: Readonly<Record<string, string>>
}

/** Reads outside what was read in a thread, so that the check of what keys cover notices it. */
export function readAgain(reads: Reads, { header, everyHeader, variant }: ReadsOutside): void {
  for (const name of reads.headers) header(name)
  if (reads.isEveryHeader) everyHeader()
  for (const name of reads.variant) void variant[name]
  if (reads.isWholeVariant) void Object.keys(variant)
}

/** Keeps in mind what one render reads, in its thread. */
export class ReadNames implements Reads {
  readonly headers: Set<string> = new Set()
  readonly variant: Set<string> = new Set()
  isEveryHeader = false
  isWholeVariant = false

  /** Of its request. */
  get watch(): HeaderWatch {
    const all = (): void => {
      this.isEveryHeader = true
    }
    return { all, headers: (headers) => noticing(headers, { name: (name) => this.headers.add(name), list: all }) }
  }

  /** Its variant, with what is read of it noticed. */
  watchVariant<T extends object>(variant: T): T {
    const list = (): void => {
      this.isWholeVariant = true
    }
    return noticing(variant, { name: (name) => this.variant.add(name), list })
  }
}
