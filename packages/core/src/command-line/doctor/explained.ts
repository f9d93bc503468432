import { z } from 'zod'
import { fieldValue } from '../../fields.ts'
import { mediaType } from '../../rules/storable.ts'
import type { Reply } from '../exchange.ts'

const counts = z.record(z.string(), z.number())

/** What an app says of a request to who knows its secret, as far as it is used. */
export interface Explained {
  readonly explanation: {
    readonly decision: 'shared' | 'bypass' | 'refused'
    readonly reason?: string | undefined
    readonly culprit?: string | undefined
    readonly route?: string | undefined
    readonly url?: string | undefined
    readonly variant?: Readonly<Record<string, string>> | undefined
    readonly dropped: readonly { readonly kind: string; readonly name: string; readonly why: string }[]
    readonly page?:
      | {
          readonly state: string
          readonly reason?: string | undefined
          readonly storedAt?: number | undefined
          readonly freshUntil?: number | undefined
          readonly rendering: boolean
          readonly restUntil: number
        }
      | undefined
  }
  readonly lifetimes?:
    | { readonly maxAge: number; readonly staleWhileRevalidate: number; readonly staleIfError: number }
    | undefined
  readonly counts?:
    | {
        readonly answers: Readonly<Record<string, number>>
        readonly reasons: Readonly<
          Record<string, { readonly count: number; readonly culprits: Readonly<Record<string, number>> }>
        >
        readonly renders: number
      }
    | undefined
  readonly build?: string | undefined
  readonly hostsNamed: boolean
}

/** It came over the network, from whatever version runs there: only what is used must be there. */
const schema: z.ZodType<Explained> = z.object({
  explanation: z.object({
    decision: z.enum(['shared', 'bypass', 'refused']),
    reason: z.string().optional(),
    culprit: z.string().optional(),
    route: z.string().optional(),
    url: z.string().optional(),
    variant: z.record(z.string(), z.string()).optional(),
    dropped: z.array(z.object({ kind: z.string(), name: z.string(), why: z.string() })),
    page: z
      .object({
        state: z.string(),
        reason: z.string().optional(),
        storedAt: z.number().optional(),
        freshUntil: z.number().optional(),
        rendering: z.boolean(),
        restUntil: z.number(),
      })
      .optional(),
  }),
  lifetimes: z.object({ maxAge: z.number(), staleWhileRevalidate: z.number(), staleIfError: z.number() }).optional(),
  counts: z
    .object({
      answers: counts,
      reasons: z.record(z.string(), z.object({ count: z.number(), culprits: counts })),
      renders: z.number(),
    })
    .optional(),
  build: z.string().optional(),
  hostsNamed: z.boolean(),
})

/** An explanation, or `undefined` where the page came instead. */
export function readExplained({ fields, body }: Pick<Reply, 'fields' | 'body'>): Explained | undefined {
  if (mediaType(fieldValue(fields, 'content-type')) !== 'application/json') return undefined
  try {
    return schema.safeParse(JSON.parse(body.toString())).data
  } catch {
    return undefined
  }
}
