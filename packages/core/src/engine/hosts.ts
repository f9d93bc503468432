/** A host that was asked for, while it is known. */
export interface KnownHost {
  seen: number
  /** Part of its pages' keys: a host that comes back finds nothing of what it had. */
  readonly admission: number
  /** It made room for another. */
  gone: boolean
}

// Where the app names no hosts, this many have pages at a time.
const MOST_HOSTS = 16

/** Hosts as they were sent, where the app names none: beyond the bound, the one that is asked for least makes room. */
export class HostTable {
  readonly #hosts = new Map<string, KnownHost>()
  #lost = 0

  get size(): number {
    return this.#hosts.size
  }

  find(host: string): KnownHost {
    const known = this.#hosts.get(host)
    if (known !== undefined) return known
    if (this.#hosts.size >= MOST_HOSTS) this.#makeRoom()
    // Processes that have lost no host agree on all keys.
    const admitted: KnownHost = { seen: 0, admission: this.#lost, gone: false }
    this.#hosts.set(host, admitted)
    return admitted
  }

  #makeRoom(): void {
    let least: string | undefined
    let seen = Number.POSITIVE_INFINITY
    for (const [host, known] of this.#hosts) {
      if (known.seen >= seen) continue
      least = host
      seen = known.seen
    }
    if (least === undefined) return
    const gone = this.#hosts.get(least)
    if (gone !== undefined) gone.gone = true
    this.#hosts.delete(least)
    this.#lost++
  }
}
