import { z } from 'zod'
import { fieldValue } from '../../fields.ts'
import { mediaType } from '../../rules/storable.ts'
import type { Reply } from '../exchange.ts'

const counts = z.record(z.string(), z.number())

/** What an app says of a request to who knows its secret. It came over the network, from whatever version runs there: only what is used must be there. */
const schema = z.object({
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

export type Explained = z.infer<typeof schema>

/** An explanation, or `undefined` where the page came instead. */
export function readExplained({ fields, body }: Pick<Reply, 'fields' | 'body'>): Explained | undefined {
  if (mediaType(fieldValue(fields, 'content-type')) !== 'application/json') return undefined
  try {
    return schema.safeParse(JSON.parse(body.toString())).data
  } catch {
    return undefined
  }
}
