import type { WarmOutcome, WarmReport } from '../../warm/warm-up.ts'
import { printable } from '../printable.ts'
import type { Style } from '../terminal.ts'

/** How a warm-up from the command line ended. */
export interface WarmEnd extends WarmReport {
  /** What called it off. */
  readonly stopped: 'interrupt' | 'unreachable' | undefined
}

/** Whether every page of the list is kept now. */
export function isAllKept({ total, rendered, kept }: WarmReport): boolean {
  return rendered + kept === total
}

const OUTCOMES: Readonly<Record<WarmOutcome, string>> = {
  rendered: 'rendered',
  kept: 'kept already',
  unshared: 'not shared',
  failed: 'failed',
}

/** The end in words; `lost` says why nobody answers any more. */
export function warmReport(end: WarmEnd, lost: string | undefined, style: Style): string {
  const isFine = isAllKept(end)
  const blocks = [
    `${style(isFine ? 'green' : 'red', headline(end))} ${counts(end)}.`,
    ...(lost === undefined ? [] : [printable(lost)]),
    ...(end.problems.length === 0 ? [] : [problemLines(end, style).join('\n'), SAYS_MORE]),
  ]
  return `${blocks.join('\n\n')}\n`
}

const SAYS_MORE = 'What is to be mended, ssr-cache doctor URL says of each.'

function headline({ total, done, rendered, kept, stopped }: WarmEnd): string {
  if (stopped === undefined) return `Warmed ${rendered + kept} of ${total} pages:`
  return `Stopped after ${done} of ${total} pages:`
}

function counts(end: WarmEnd): string {
  const said = Object.entries(OUTCOMES).flatMap(([outcome, words]) => {
    const count = end[outcome as WarmOutcome] // the keys of OUTCOMES are no others
    return count === 0 ? [] : [`${count} ${words}`]
  })
  return said.join(', ')
}

function problemLines({ problems, unshared, failed }: WarmEnd, style: Style): readonly string[] {
  const lines = problems.map(
    ({ url, outcome, reason }) => `  ${style('dim', OUTCOMES[outcome].padEnd(12))}${printable(`${url}: ${reason}`)}`,
  )
  const more = unshared + failed - problems.length
  return more === 0 ? lines : [...lines, `  ${''.padEnd(12)}and ${more} more`]
}

/** The same for programs. */
export function warmJson(end: WarmEnd): string {
  return `${JSON.stringify({ ...end, stopped: end.stopped ?? null }, null, 2)}\n`
}
