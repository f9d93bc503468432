/** As it may be printed; `undefined` where it names no Redis. */
export function withoutPassword(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (parsed === null || !['redis:', 'rediss:'].includes(parsed.protocol)) return undefined
  if (parsed.password !== '') parsed.password = '***'
  return String(parsed)
}

/** What is said of a URL that names no Redis. */
export function noRedis(url: string): string {
  return `--redis must be a URL such as redis://127.0.0.1:6379, got ${JSON.stringify(url)}. The shop serves without it: each process renders for itself, and hears of no edit that another one was told of.`
}
