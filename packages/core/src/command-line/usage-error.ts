/** A command line that says nothing that can be done: its message is one line with the way out. */
export class UsageError extends Error {}

/** @throws UsageError */
export function misuse(what: string, wayOut: string): never {
  throw new UsageError(`${what}. ${wayOut}`)
}
