/** What code above has put its state under, by name alone: a shared render holds this, so nothing of the visitor's can be reached from it. */
export interface NamesAbove {
  /** On the request. */
  readonly request: readonly string[]
  /** On `res.locals`. */
  readonly locals: readonly string[]
}

/** The names on a request as Node's frameworks leave it, with the response as its `res`. */
export function namesAbove(request: object = {}): NamesAbove {
  const { res } = request as { readonly res?: { readonly locals?: object | null } | null } // looked at, and of no framework's type
  return Object.freeze({ request: namesOn(request), locals: namesOn(res?.locals) })
}

function namesOn(holder: object | null | undefined): readonly string[] {
  return Object.freeze(Object.keys(holder ?? {}))
}
