import { types } from 'node:util'
import { shown } from '../errors.ts'

type Primitive = string | number | bigint | boolean | null | undefined

/** Something thrown, on its way from one thread to another. structuredClone would leave out the code and the status of an error, and most names. */
export type Crossed =
  | {
      readonly kind: 'error'
      readonly name: string
      readonly message: string
      readonly stack: string | undefined
      /** Its own fields that are plain values: `code`, `status`, `expose`, … */
      readonly fields: Readonly<Record<string, Primitive>>
      readonly cause: Crossed | undefined
    }
  | { readonly kind: 'value'; readonly value: Primitive }

const MOST_CAUSES = 8

/** What was thrown, ready to be sent. */
export function crossing(thrown: unknown, causes: number = MOST_CAUSES): Crossed {
  if (!isError(thrown)) return { kind: 'value', value: isPrimitive(thrown) ? thrown : shown(thrown) }
  const { name, message, stack, cause } = thrown
  return {
    kind: 'error',
    name: String(name),
    message: String(message),
    stack: typeof stack === 'string' ? stack : undefined,
    fields: Object.fromEntries(
      Object.entries(thrown).filter(([field, value]) => isPrimitive(value) && field !== 'name'),
    ),
    cause: cause === undefined || causes === 0 ? undefined : crossing(cause, causes - 1),
  }
}

/** The same error on the other side, with the stack of where it was thrown. */
export function crossed(sent: Crossed): unknown {
  if (sent.kind === 'value') return sent.value
  const { name, message, stack, fields, cause } = sent
  const error = new Error(message, cause === undefined ? undefined : { cause: crossed(cause) })
  for (const [field, value] of Object.entries({ name, stack })) {
    Object.defineProperty(error, field, { value, writable: true, enumerable: false, configurable: true })
  }
  return Object.assign(error, fields)
}

function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error
}

function isPrimitive(value: unknown): value is Primitive {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function' && typeof value !== 'symbol'
}
