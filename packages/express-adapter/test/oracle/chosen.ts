/** One of a list that is not empty: scripts name things by number, whatever a site has of them. */
export function chosen<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T // within the list
}
