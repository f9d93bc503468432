import { z } from 'zod'

export const port = z.coerce.number().int().min(0).max(65_535)

/** Loopback unless told otherwise: the edit endpoint and the login ask for no password. */
export const listenHost = z.string().default('127.0.0.1')

export const hookSecret = z.string().min(16)

/** Whom a shop on `port` of this machine answers to, where nobody says otherwise: as `HOSTS` has it. */
export function ownNames(port: number): string {
  return `localhost:${port},127.0.0.1:${port},[::1]:${port}`
}

/** As `createRenderCache` takes it. */
export const adminSecret = z.string().regex(/^[!-~]{16,}$/, 'expected at least 16 visible ASCII characters')

/** The variables of `shape`, checked. Ends the process with a list of what is wrong with them. An empty variable counts as unset. */
export function environment<Shape extends z.ZodRawShape>(shape: Shape): z.infer<z.ZodObject<Shape>> {
  const set = Object.entries(process.env).filter(([, value]) => value !== '')
  const result = z.object(shape).safeParse(Object.fromEntries(set))
  if (result.success) return result.data
  for (const { path, message } of result.error.issues)
    console.error(`Environment variable ${path.join('.')}: ${message}`)
  process.exit(1)
}
