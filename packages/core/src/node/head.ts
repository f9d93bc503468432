import { type OutgoingHttpHeader, OutgoingMessage, type ServerResponse } from 'node:http'
import type { Field } from '../fields.ts'
import type { GivenHeaders } from './head-hook.ts'

// Node's own, whatever wrappers have put on the response.
const { appendHeader, getHeader, getHeaderNames, getRawHeaderNames, removeHeader } =
  OutgoingMessage.prototype as OutgoingMessage & { getRawHeaderNames(): string[] } // there since Node 15.4, typed for requests only

type Pair = readonly [name: string, value: OutgoingHttpHeader]

/** A head in the moment before it becomes text, in whichever form it was given. */
export class Head {
  readonly #response: ServerResponse
  readonly #given: GivenHeaders
  #knowsSet: boolean | undefined

  constructor(response: ServerResponse, given: GivenHeaders) {
    this.#response = response
    this.#given = given
  }

  /** Fields were set one by one: what `writeHead` was given has been laid over them. */
  get #isSet(): boolean {
    this.#knowsSet ??= getHeaderNames.call(this.#response).length > 0
    return this.#knowsSet
  }

  /** The value of a field by its lower-case name, its lines joined. */
  value(name: string): string | undefined {
    const set = getHeader.call(this.#response, name)
    if (set !== undefined) {
      // Which spares a list of all names.
      this.#knowsSet = true
      return joined(set)
    }
    if (this.#isSet) return undefined
    const values = this.#pairs().filter(([each]) => each.toLowerCase() === name)
    return values.length === 0 ? undefined : values.map(([, value]) => joined(value)).join(', ')
  }

  /** All lines, lower-case names. */
  fields(): readonly Field[] {
    return this.#pairs().flatMap(([name, value]) => lines(name.toLowerCase(), value))
  }

  /** The headers to write in place of those given, so that the lines are `after` instead of `before` (from `fields`); lines are told apart by identity. */
  changed(before: readonly Field[], after: readonly Field[]): GivenHeaders {
    const touched = new Set([...without(before, after), ...without(after, before)].map(([name]) => name))
    const changed = after.filter(([name]) => touched.has(name))
    if (!this.#isSet) return [...this.#pairs().filter(([name]) => !touched.has(name.toLowerCase())), ...changed]
    for (const name of touched) removeHeader.call(this.#response, name)
    for (const [name, value] of changed) appendHeader.call(this.#response, name, value)
    // Node's own record, which the calls above have changed.
    return this.#given
  }

  #pairs(): readonly Pair[] {
    if (!this.#isSet) return givenPairs(this.#given)
    const response = this.#response
    return getRawHeaderNames.call(response).map((name): Pair => [name, getHeader.call(response, name) ?? ''])
  }
}

function without(fields: readonly Field[], others: readonly Field[]): readonly Field[] {
  const known = new Set(others)
  return fields.filter((field) => !known.has(field))
}

function givenPairs(given: GivenHeaders): readonly Pair[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given))
    return Object.entries(given).map(([name, value]): Pair => [name, value as OutgoingHttpHeader]) // Node refuses others
  const list = given as readonly unknown[]
  if (Array.isArray(list[0])) return list as readonly Pair[]
  const pairs: Pair[] = []
  for (let i = 0; i < list.length; i += 2) pairs.push([String(list[i]), list[i + 1] as OutgoingHttpHeader])
  return pairs
}

function lines(name: string, value: OutgoingHttpHeader): readonly Field[] {
  if (Array.isArray(value)) return value.map((line): Field => [name, String(line)])
  return [[name, String(value)]]
}

function joined(value: OutgoingHttpHeader | undefined): string | undefined {
  if (value === undefined) return undefined
  return Array.isArray(value) ? value.join(', ') : String(value)
}
