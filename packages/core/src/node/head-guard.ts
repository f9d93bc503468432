import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import { parseCacheControl } from '../cache-control/index.ts'
import type { Plan } from '../engine/plan.ts'
import { type Field, fieldLines, fieldValue } from '../fields.ts'
import { measurable } from '../rules/declared-length.ts'
import { fieldsRule, ownFields, personalFields } from '../rules/downstream.ts'
import { isNoncePolicy } from '../rules/nonce.ts'
import { Head } from './head.ts'
import { hookHead } from './head-hook.ts'

type BypassPlan = Extract<Plan, { kind: 'bypass' }>

/** The fields that a head should have instead, or `undefined` where it is right as it is. */
type HeadRule = (head: Head) => { readonly before: readonly Field[]; readonly after: readonly Field[] } | undefined

/** Watches over one response until its head is written: whatever code above adds on the way, the rule has the last word. */
export class HeadGuard {
  #passed = false
  #lifted = false

  constructor(response: ServerResponse, rule: HeadRule) {
    hookHead(response, (write, headers) => {
      this.#passed = true
      const head = new Head(response, headers)
      const change = this.#lifted ? undefined : rule(head)
      write(change === undefined ? headers : head.changed(change.before, change.after))
    })
  }

  /** Whether the head has come by. */
  get passed(): boolean {
    return this.#passed
  }

  /** Somebody else answers after all, and the head is theirs. */
  lift(): void {
    this.#lifted = true
  }
}

/**
 * A page that anybody may be given is one visitor's as soon as a cookie or a nonce goes with it, or code above has made the answer private: before, in what
 * the response says when the guard is set, or while the head is written.
 */
export function guardShared(response: ServerResponse, cacheControl: string | undefined): HeadGuard {
  const guard = new HeadGuard(response, (head) => {
    const isPrivate = isPrivateAbove || isMadePrivate(head.value('cache-control'), cacheControl)
    if (!isPrivate && head.value('set-cookie') === undefined && !hasNonce(head)) return undefined
    const before = head.fields()
    return { before, after: personalFields(before) }
  })
  const isPrivateAbove = isMadePrivate(asText(response.getHeader('cache-control')), undefined)
  return guard
}

/** The app's own fields stand as they came, unless code above has put something of one visitor's beside them. */
export function guardAsCame(response: ServerResponse, sent: readonly Field[]): HeadGuard {
  const said = fieldValue(sent, 'cache-control')
  const cookies = fieldLines(sent, 'set-cookie').length
  const isPrivateAbove = isMadePrivate(asText(response.getHeader('cache-control')), said)
  return new HeadGuard(response, (head) => {
    const before = head.fields()
    const isPrivate = isPrivateAbove || isMadePrivate(head.value('cache-control'), said)
    if (!isPrivate && fieldLines(before, 'set-cookie').length <= cookies) return undefined
    return { before, after: personalFields(before) }
  })
}

const POLICIES: readonly string[] = ['content-security-policy', 'content-security-policy-report-only']

/** Whether a policy holds a nonce, which protects only as long as nobody else is given it (CSP3 7.1). */
function hasNonce(head: Head): boolean {
  for (const name of POLICIES) {
    const policy = head.value(name)
    if (policy !== undefined && isNoncePolicy(policy)) return true
  }
  return false
}

/** What the app answers to one visitor itself. */
export function guardBypass(response: ServerResponse, plan: BypassPlan): HeadGuard {
  const { cacheStatus, failed } = plan
  const rule = fieldsRule(plan.fields)
  return new HeadGuard(response, (head) => {
    const before = head.fields()
    plan.answered?.(response.statusCode, before)
    return { before, after: withCacheStatus(rule(measurable(before, failed)), cacheStatus) }
  })
}

/** What code below answers, where the app had no page or failed: no answer leaves without a word on who may keep it. */
export function guardBelow(response: ServerResponse, cacheStatus: string | undefined): HeadGuard {
  return new HeadGuard(response, (head) => {
    const before = head.fields()
    const after = ownFields(before)
    return { before, after: cacheStatus === undefined ? after : withCacheStatus(after, cacheStatus) }
  })
}

function asText(value: OutgoingHttpHeader | undefined): string | undefined {
  return value === undefined ? undefined : String(value) // a list becomes its members with commas between
}

/** Whether a Cache-Control is another than ours, and says that nobody else may have the page. */
function isMadePrivate(value: string | undefined, ours: string | undefined): boolean {
  if (value === ours || value === undefined) return false
  const directives = parseCacheControl(value)
  return directives.private !== undefined || directives.noStore === true
}

/** Each cache adds its member at the end (RFC 9211 2). */
function withCacheStatus(fields: readonly Field[], cacheStatus: string): readonly Field[] {
  return [...fields, ['cache-status', cacheStatus]]
}
