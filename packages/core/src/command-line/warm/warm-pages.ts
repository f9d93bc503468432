import { type WarmReport, warmUp } from '../../warm/warm-up.ts'
import { interruptible } from '../interrupt.ts'
import { type Ending, type ExitCode, styleFor, type Terminal } from '../terminal.ts'
import { readList } from './list-file.ts'
import { listItems } from './list-items.ts'
import { pageList } from './page-list.ts'
import { NO_PROGRESS, progressOn } from './progress.ts'
import { Visits } from './visits.ts'
import type { WarmCommand } from './warm-command.ts'
import { isAllKept, type WarmEnd, warmJson, warmReport } from './warm-report.ts'

/**
 * Looks at the list, asks for its pages, and says what became of them.
 * @throws UsageError for a list that cannot be meant; Unreachable where nobody answers.
 */
export async function warmPages(command: WarmCommand, terminal: Terminal): Promise<Ending> {
  const items = listItems(await readList(command.list, terminal.stdin))
  const urls = pageList(items, command.origin).slice(0, command.limit)
  const visits = new Visits({ ...command, total: urls.length })
  const end = await interruptible(terminal, async (interrupt): Promise<WarmEnd> => {
    const report = await visited(urls, { command, terminal, visits, interrupt })
    return { ...report, stopped: interrupt.aborted ? 'interrupt' : visits.lost && 'unreachable' }
  })
  if (visits.lost !== undefined && !visits.isAnswered && end.stopped !== 'interrupt') throw visits.lost
  const text = command.json ? warmJson(end) : warmReport(end, visits.lost?.message, styleFor(terminal.stdout))
  return { text, code: codeOf(end) }
}

interface Round {
  readonly command: WarmCommand
  readonly terminal: Terminal
  readonly visits: Visits
  readonly interrupt: AbortSignal
}

async function visited(urls: readonly string[], { command, terminal, visits, interrupt }: Round): Promise<WarmReport> {
  const progress = command.json ? NO_PROGRESS : progressOn(terminal)
  interrupt.addEventListener('abort', () => {
    progress.clear()
    terminal.stderr.write('Stopping: what is under way ends first. Ctrl-C again does not wait for it.\n')
  })
  const report = await warmUp(urls, {
    through: visits.through,
    concurrency: command.concurrency,
    headers: command.headers,
    signal: AbortSignal.any([interrupt, visits.stopped]),
    // Where nobody is there, that is the one line.
    onProgress: (standing) => visits.isAnswered && progress.show(standing),
  })
  progress.clear()
  return report
}

function codeOf(end: WarmEnd): ExitCode {
  if (end.stopped === 'interrupt') return 130
  return isAllKept(end) ? 0 : 1
}
