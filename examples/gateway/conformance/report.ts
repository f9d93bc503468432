import { EXCEPTIONS } from './exceptions.ts'
import type { Checked, Kind } from './outcome.ts'

const KINDS: readonly Kind[] = ['required', 'optional', 'check']

/** How many of each kind hold, by group, and every one that does not. */
export function reportText(checked: readonly Checked[]): string {
  const groups = Map.groupBy(checked, ({ group }) => group)
  const lines = [...groups].map(([group, tests]) => line(group, tests))
  const broken = checked.filter(({ outcome, kind }) => outcome !== 'pass' && kind !== 'check')
  return [line('', undefined), ...lines, line('All', checked), ...broken.map(brokenLine)].join('\n')
}

function line(group: string, tests: readonly Checked[] | undefined): string {
  const cells = KINDS.map((kind) => (tests === undefined ? kind : share(tests, kind)).padStart(12))
  return group.padEnd(44) + cells.join('')
}

/** `12 of 13` */
function share(tests: readonly Checked[], kind: Kind): string {
  const of = tests.filter((each) => each.kind === kind)
  return of.length === 0 ? '' : `${of.filter(({ outcome }) => outcome === 'pass').length} of ${of.length}`
}

function brokenLine({ kind, outcome, id, name, message }: Checked): string {
  const why = EXCEPTIONS[id] ?? message
  return `${outcome === 'fail' ? 'fails' : 'untold'} (${kind}) ${id}: ${name}${why === undefined ? '' : `\n    ${why}`}`
}
