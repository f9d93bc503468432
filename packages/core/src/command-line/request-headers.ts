import { validateHeaderName, validateHeaderValue } from 'node:http'
import { shown } from '../errors.ts'
import { misuse } from './usage-error.ts'

/**
 * Headers by their names in lower case, from lines as `name: value`, and cookies as `a=b`.
 * @throws UsageError for what HTTP cannot carry.
 */
export function requestHeaders(
  lines: readonly string[],
  cookies: readonly string[] = [],
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) misuse(`--header must be 'name: value', got ${shown(line)}`, "Write --header 'accept-language: de'")
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const cookie = [headers['cookie'], ...cookies].filter((each) => each !== undefined).join('; ')
  if (cookie !== '') headers['cookie'] = cookie
  for (const [name, value] of Object.entries(headers)) checkField(name, value)
  return headers
}

function checkField(name: string, value: string): void {
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    misuse(
      `a header must be what HTTP can carry, got ${shown(`${name}: ${value}`)}`,
      'Percent-encode what is not ASCII.',
    )
  }
}
