import { counted, duration, grouped, milliseconds, percent, size } from '../command-line/figures.ts'
import type { ReplayReport } from './replay-report.ts'
import { WAYS, type Way } from './served-from.ts'
import type { WayFigures } from './tally.ts'

/** A report for people, a line for each figure. */
export function reportText(report: ReplayReport): string {
  const rows = [...summary(report), ['', ''] as const, ...details(report)]
  return [...rows.map(([name, text]) => `${name.padEnd(16)}${text}`.trimEnd()), '', ...answerTable(report)].join('\n')
}

type Row = readonly [string, string]

function summary(report: ReplayReport): readonly Row[] {
  const { requests, renders, rendersAvoided, hitRatio, bytes, durationMs } = report
  const rate = `${grouped(Math.round(requests / (durationMs / 1000)))} a second`
  return [
    [
      'requests',
      `${grouped(requests)} in ${duration(durationMs)}, ${rate}${report.interrupted ? ' (interrupted)' : ''}`,
    ],
    [
      'renders',
      `${grouped(renders)}${report.rendersCountedBy === 'answers' ? ', without those behind stale answers' : ''}`,
    ],
    ['renders avoided', `${grouped(rendersAvoided)} (${percent(rendersAvoided, rendersAvoided + renders)})`],
    ['hit ratio', hitRatio === null ? '–' : percent(hitRatio, 1)],
    ['bytes', size(bytes)],
  ]
}

function details(report: ReplayReport): readonly Row[] {
  const { log, culprits, mostLateMs } = report
  const late = mostLateMs === null ? '' : `, ${duration(mostLateMs)} late at most`
  const pace = report.speed === null ? 'as fast as answers came' : `${report.speed} times the log's pace${late}`
  const rows: Row[] = [
    ['log', `${log.file}: ${counted(log.lines, 'line')} (${listed(log.formats)})`],
    ['skipped', listed(log.skipped)],
    ['sent to', `${report.target}, ${report.concurrency} at a time, ${pace}`],
    ['log time', hastened(report)],
    ['statuses', listed(report.statuses)],
    ['bypassed for', listed(report.bypassReasons, culprits)],
    ['missed for', listed(report.missReasons, culprits)],
    ['stale for', listed(report.staleReasons)],
    ['no answer', listed(report.failures)],
    ['memory', `${size(report.peakMemoryBytes)} at most`],
  ]
  return rows.filter(([, text]) => text !== '')
}

// A log's times are whole seconds, and answers take theirs.
const MUCH_FASTER = 1.5

/** Pages live by the clock, whatever the log's times are: who reads the hit ratio has to know. */
function hastened({ logSpanMs, durationMs }: ReplayReport): string {
  const times = logSpanMs / durationMs
  if (times < MUCH_FASTER) return ''
  return `${duration(logSpanMs)}: pages outlived ${grouped(Math.round(times))} times as much of it as they would have`
}

/** `query 12 (preview 10, token 2), method 1`, what is most first. */
function listed(counts: Readonly<Record<string, number>>, culprits: ReplayReport['culprits'] = null): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${grouped(count)}${blamed(culprits?.[name])}`)
    .join(', ')
}

function blamed(names: Readonly<Record<string, number>> | undefined): string {
  return names === undefined ? '' : ` (${listed(names)})`
}

/** What readers look for, and would miss where there is none of it. */
const ALWAYS: ReadonlySet<Way> = new Set<Way>(['hit', 'stale', 'miss'])

function answerTable({ answers }: ReplayReport): readonly string[] {
  const ways = WAYS.filter((way) => ALWAYS.has(way) || answers[way].count > 0)
  const all = ways.reduce((sum, way) => sum + answers[way].count, 0)
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(11))).join('')
  return [
    line(['', 'answers', 'share', 'p50', 'p99']),
    ...ways.map((way) =>
      line([way, grouped(answers[way].count), percent(answers[way].count, all), ...times(answers[way])]),
    ),
  ]
}

function times({ p50Ms, p99Ms }: WayFigures): readonly string[] {
  return [p50Ms, p99Ms].map((ms) => (ms === null ? '–' : milliseconds(ms)))
}
