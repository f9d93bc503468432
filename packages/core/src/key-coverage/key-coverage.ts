import type { Keyed } from '../engine/keyed.ts'
import type { Dropped } from '../key/dropped.ts'
import type { KeyOptions } from '../key/key-options.ts'
import { COOKIE, type KeyPart, keyParts } from '../key/key-parts.ts'
import type { KeyNormalizer } from '../key/normalizer.ts'
import type { VisitorRequest } from '../request.ts'
import type { CoverageFinding, CoveragePart } from './advice.ts'
import { namesAbove } from './names-above.ts'
import { noticing } from './noticing.ts'
import { type Noticed, type Watch, watchOver } from './watch.ts'

/** What the check needs to know of a cache. */
export interface KeyCoverageParts {
  readonly normalizer: KeyNormalizer
  readonly key: Pick<KeyOptions, 'headers' | 'cookies'>
  readonly tell: (finding: CoverageFinding) => void
}

// So many renders may have a part of the key and leave it unread before that is told.
const UNREAD_RENDERS = 30
// Names come from requests.
const MOST_TOLD = 1_000

interface KeyedPart extends KeyPart {
  isRead: boolean
  /** How many renders had it. */
  held: number
}

/**
 * Compares what renders read with what their key holds, in development: each disagreement is told once per name. A part of the key is told to be unread only
 * where that is sure: whatever may have read it without a name that the watch could see (a list, a loop, a copy of the request) counts as a read of all parts,
 * for good.
 */
export class KeyCoverage {
  readonly #o: KeyCoverageParts
  readonly #keyed = new Map<string, KeyedPart>()
  readonly #told = new Set<string>()

  constructor(parts: KeyCoverageParts) {
    this.#o = parts
    for (const part of keyParts(parts.key)) this.#keyed.set(part.variantName, { ...part, isRead: false, held: 0 })
  }

  /** What `pageContext().variant` shows, with its reads noticed. */
  variant({ parts, route, isValue = false }: Keyed): Readonly<Record<string, string>> {
    if (!isValue) for (const [name] of parts) this.#count(name, route.name)
    return noticing(Object.freeze(Object.fromEntries(parts)), {
      name: (name) => {
        const isHeld = parts.some(([held]) => held === name)
        if (isHeld) this.#read(name)
        else if (isValue && this.#keyed.has(name)) this.#uncovered('vary', name, route.name)
      },
      list: () => {
        for (const [name] of parts) this.#read(name)
      },
    })
  }

  /** A watch over the render of a page that was asked for by `request`, of which it keeps names alone. */
  watch({ route }: Keyed, request: VisitorRequest): Watch {
    const removed = removedFrom(this.#o.normalizer.dropped(request))
    const uncovered = (part: CoveragePart, name: string): void => this.#uncovered(part, name, route.name)
    const noticed: Noticed = {
      // What has no bucket is dropped and keyed all the same.
      header: (name) => this.#read(name) || (removed.header.has(name) && uncovered('header', name)),
      cookie: (name) => this.#read(COOKIE + name) || (removed.cookie.has(name) && uncovered('cookie', name)),
      query: (name) => removed.query.has(name) && uncovered('query', name),
      absent: uncovered,
      cookieField: () => {
        this.#readAll('cookie')
        for (const name of removed.cookie) uncovered('cookie', name)
      },
      cookieNames: () => this.#readAll('cookie'),
      all: () => {
        this.#readAll('header')
        this.#readAll('cookie')
      },
    }
    return watchOver(noticed, namesAbove(request.above))
  }

  #read(key: string): boolean {
    const keyed = this.#keyed.get(key)
    if (keyed !== undefined) keyed.isRead = true
    return keyed !== undefined
  }

  #readAll(part: KeyedPart['part']): void {
    for (const keyed of this.#keyed.values()) if (keyed.part === part) keyed.isRead = true
  }

  #count(key: string, route: string): void {
    const keyed = this.#keyed.get(key)
    if (keyed === undefined || keyed.isRead || ++keyed.held <= UNREAD_RENDERS) return
    this.#tell({ finding: 'unread', part: keyed.part, name: keyed.name, route })
  }

  #uncovered(part: CoveragePart, name: string, route: string): void {
    this.#tell({ finding: 'uncovered', part, name, route })
  }

  #tell(finding: CoverageFinding): void {
    const once = `${finding.finding} ${finding.part} ${finding.name}`
    if (this.#told.has(once) || this.#told.size >= MOST_TOLD) return
    this.#told.add(once)
    this.#o.tell(finding)
  }
}

type Removed = Readonly<Record<Dropped['kind'], ReadonlySet<string>>>

function removedFrom(dropped: readonly Dropped[]): Removed {
  const names = (kind: Dropped['kind']): ReadonlySet<string> =>
    new Set(dropped.filter((one) => one.kind === kind).map(({ name }) => name))
  return { header: names('header'), cookie: names('cookie'), query: names('query') }
}
