import type { LogRecord, LogTail, Target } from '@ssr-cache/core/store'

// A record in Redis: when it was appended, 1 for a purge or 0, settleMs, and its targets in JSON: `1764000000000 1 0 [["tag","movie:42"],["all"]]`.
// JSON keeps every string exactly: NUL, and surrogates without their other half, which UTF-8 has no bytes for.

type Kind = Target['kind']

/** What stands in for a record that cannot be read: whatever it named is named by this. */
const ANYTHING: Pick<LogRecord, 'targets' | 'hard' | 'at' | 'settleMs'> = {
  targets: [{ kind: 'all' }],
  hard: true,
  at: 0,
  settleMs: 0,
}

export function encodeTargets(targets: readonly Target[]): string {
  return JSON.stringify(targets.map((target) => [target.kind, nameOf(target)]))
}

function nameOf(target: Target): string | undefined {
  switch (target.kind) {
    case 'tag':
      return target.tag
    case 'url':
      return target.url
    case 'prefix':
      return target.prefix
    case 'all':
      return undefined
  }
}

/** The record that stands at `position`; one that names everything where it is missing, damaged, or written by a version that knows more. */
export function decodeRecord(position: number, text: string | null): LogRecord {
  const [, at, hard, settle, json] = /^(\d+) ([01]) (\S+) (.+)$/s.exec(text ?? '') ?? []
  const targets = json === undefined ? undefined : decodeTargets(json)
  const settleMs = Number(settle)
  if (targets === undefined || !(settleMs >= 0)) return { position, ...ANYTHING }
  return { position, targets, hard: hard === '1', at: Number(at), settleMs }
}

function decodeTargets(json: string): readonly Target[] | undefined {
  const pairs = parsed(json)
  if (!Array.isArray(pairs)) return undefined
  const targets = pairs.map(decodeTarget)
  return targets.every((target) => target !== undefined) ? targets : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function decodeTarget(pair: unknown): Target | undefined {
  const [kind, name] = Array.isArray(pair) ? (pair as readonly unknown[]) : [] // whatever it holds is checked
  if (kind === 'all') return { kind }
  if (typeof name !== 'string') return undefined
  switch (kind as Kind) {
    case 'tag':
      return { kind: 'tag', tag: name }
    case 'url':
      return { kind: 'url', url: name }
    case 'prefix':
      return { kind: 'prefix', prefix: name }
    default:
      return undefined
  }
}

/** What is told of a new record: the log as it then stood, and the record itself where it was not too long to be sent round. */
export interface Message {
  readonly epoch: string
  readonly position: number
  readonly tail: LogTail | undefined
}

/** `undefined` for what is no message of the log: anybody may publish. */
export function decodeMessage(payload: string): Message | undefined {
  const [, epoch, head, low, purged, record] = /^(\S+) (\d+) (\d+) (\d+)(?: (.+))?$/s.exec(payload) ?? []
  if (epoch === undefined) return undefined
  const position = Number(head)
  if (record === undefined) return { epoch, position, tail: undefined }
  const records = [decodeRecord(position, record)]
  return {
    epoch,
    position,
    tail: { head: { epoch, position }, records, lowWater: Number(low), purgeLowWater: Number(purged) },
  }
}
