// For adapters to Node frameworks: translation of requests and responses; no caching rule lives here.

export type {
  Admission,
  Answer,
  Body,
  Plan,
  Rendered,
  RenderFunction,
  RenderInput,
} from '../engine/plan.ts'
// Errors
export { type ErrorCode, isSsrCacheError, optionError, SsrCacheError, shown } from '../errors.ts'
export type { Field } from '../fields.ts'
// What they exchange with the cache
export type { Watch } from '../key-coverage/watch.ts'
export { endToEndFields } from '../origin/connection-fields.ts'
export type { Json, NarrowedRequest, RequestHeaders, VisitorRequest } from '../request.ts'
export type { BypassFields } from '../rules/downstream.ts'
export type { Now } from '../store/store.ts'
// Answers
export { answerBy, answerVisitor, isNoError, type Next, runHandler, type Visitor } from './answer-visitor.ts'
// An app of this process, without a socket
export { fetchFrom, type NodeApp } from './fetch-from.ts'
export { sendInterim } from './interim.ts'
// Requests
export { canonicalMount, ELSEWHERE, originForm } from './origin-form.ts'
export { type PlainContext, plainContext } from './plain-context.ts'
// Renders
export { RenderPair } from './render-pair.ts'
export { type PageAnswer, sendAnswer } from './send-answer.ts'
// Where a visitor's request was sent
export { forwarded, sentHost } from './sent-host.ts'
// What a render reads, in development
export { watchCookies, watched } from './watched-state.ts'
