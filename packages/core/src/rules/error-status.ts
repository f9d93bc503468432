/** The status that an error asks for, as http-errors and frameworks write it: a 4xx or 5xx in `status` or `statusCode`. Any other error is a 500. */
export function errorStatus(error: unknown): number {
  const { status, statusCode } = (error ?? {}) as { status?: unknown; statusCode?: unknown } // looked at below
  const code = status ?? statusCode
  return Number.isInteger(code) && Number(code) >= 400 && Number(code) <= 599 ? Number(code) : 500
}
