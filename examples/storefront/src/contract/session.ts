import { z } from 'zod'

/** Whose session it is. */
export const visitorSchema = z.object({ name: z.string().trim().min(1).max(80) })

/** What a session is called, and how long it lasts. */
export const sessionSchema = z.object({ id: z.string(), maxAgeMs: z.number() })

export type Visitor = z.infer<typeof visitorSchema>
export type Session = z.infer<typeof sessionSchema>
