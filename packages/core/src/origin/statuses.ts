/** RFC 9110 15.1, without 206, which is never stored here: what may live by heuristics, or be kept for its validator alone. */
const HEURISTIC: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])

/** Whether a status says by itself that its responses may be stored (RFC 9110 15.1). */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTIC.has(status)
}

/** Final, and whole: 206 is a part, 304 says something of another response, 1xx is followed by the answer (RFC 9111 3). */
export function isStorableStatus(status: number): boolean {
  return status >= 200 && status <= 599 && status !== 206 && status !== 304
}

/** The final statuses of RFC 9110 15 and RFC 6585, 7725 and 8470 that ask nothing of a cache beyond RFC 9111. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 305, 307, 308],
  ...[
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 425, 426, 428,
  ],
  ...[429, 431, 451, 500, 501, 502, 503, 504, 505, 511],
])

/** Whether this cache knows what a status means, which `must-understand` asks for (RFC 9111 5.2.2.3). */
export function isUnderstood(status: number): boolean {
  return UNDERSTOOD.has(status)
}
