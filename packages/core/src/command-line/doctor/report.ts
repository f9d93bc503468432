import { CDN_FIELDS } from '../../cache-control/cdn-fields.ts'
import type { Field } from '../../fields.ts'
import { printable } from '../printable.ts'
import type { Style } from '../terminal.ts'
import { shownUrl } from '../unreachable.ts'
import type { Course } from './course.ts'
import { setCookies } from './culprits.ts'
import { type Diagnosis, isHealthy } from './diagnosis.ts'
import type { Explained } from './explained.ts'

const VERDICTS: Readonly<Record<Diagnosis['verdict'], string>> = {
  hit: 'A hit',
  'will-hit': 'Will be a hit',
  'stands-in': 'An old page stands in',
  'not-a-hit': 'Not a hit',
}

/** A label and its lines. */
type Row = readonly [label: string, lines: readonly string[]]

/** The diagnosis in words, the shortest first. */
export function report(course: Course, diagnosis: Diagnosis, style: Style): string {
  const { verdict, says, mend, notes } = diagnosis
  const verdictText = style(isHealthy(diagnosis) ? 'green' : 'red', `${VERDICTS[verdict]}:`)
  const rows: readonly Row[] = [['mend', mend], ...evidence(course), ['note', notes]]
  return `${verdictText} ${printable(says)}\n\n${rows.flatMap((row) => rowLines(row, style)).join('\n')}\n`
}

const LABEL_WIDTH = 9

function rowLines([label, lines]: Row, style: Style): readonly string[] {
  const format = label === 'mend' ? 'bold' : 'dim'
  return lines.map((line, i) => `  ${style(format, (i === 0 ? label : '').padEnd(LABEL_WIDTH))}${printable(line)}`)
}

function evidence({ url, redirects, replies, explained }: Course): readonly Row[] {
  const last = replies.at(-1)
  return [
    ['led', redirects.map(({ from, reply, to }) => `${reply.status} from ${from} to ${to}${ownWord(reply.fields)}`)],
    ['asked', [shownUrl(url), ...replies.map((reply, i) => askedLine(reply, i))]],
    ['sent', sentLines(last?.fields ?? [])],
    ...(typeof explained === 'string' ? [] : toldRows(explained)),
  ]
}

function ownWord(fields: readonly Field[]): string {
  const status = joined(fields, 'cache-status')
  return status === '' ? '' : ` (${status})`
}

function askedLine({ status, ms, fields }: Course['replies'][number], index: number): string {
  return `${index + 1}. ${status} in ${ms} ms, ${joined(fields, 'cache-status') || 'no cache-status'}`
}

function joined(fields: readonly Field[], wanted: string): string {
  return fields.flatMap(([name, value]) => (name === wanted ? [value] : [])).join(', ')
}

/** Fields that say who may keep an answer, and for how long. */
const KEEPING: ReadonlySet<string> = new Set(['cache-control', ...CDN_FIELDS, 'expires', 'age', 'via', 'vary'])

function sentLines(fields: readonly Field[]): readonly string[] {
  const kept = fields.flatMap(([name, value]) => (KEEPING.has(name) ? [`${name}: ${value}`] : []))
  return [...kept, ...setCookies(fields).map((name) => `set-cookie: ${name}=…`)]
}

function toldRows({ explanation, counts, build }: Explained): readonly Row[] {
  const { route, url, variant, dropped } = explanation
  // What bypasses has no key.
  const key = variant === undefined ? '' : [url, ...Object.keys(variant)].join(' + ')
  const without = dropped.flatMap(({ kind, name, why }) => (kind === 'header' ? [] : [`${kind} ${name} (${why})`]))
  return [
    ['route', route === undefined ? [] : [route === '*' ? '* (no route matches)' : route]],
    ['key', key === '' ? [] : [key, ...without.map((what) => `without ${what}`)]],
    ['build', build === undefined ? [] : [build]],
    ['counted', counts === undefined ? [] : countLines(counts)],
  ]
}

function countLines({ answers, reasons, renders }: NonNullable<Explained['counts']>): readonly string[] {
  const answered = Object.entries(answers).map(([name, count]) => `${name} ${count}`)
  const why = Object.entries(reasons).map(([name, { count, culprits }]) => {
    const names = Object.keys(culprits)
    return `${name} ${count}${names.length === 0 ? '' : ` (${names.join(', ')})`}`
  })
  return [[...answered, `renders ${renders}`].join(', '), ...(why.length === 0 ? [] : [`why: ${why.join(', ')}`])]
}

/** The same for programs. Values of cookies are in none of it. */
export function jsonReport({ url, redirects, replies, explained }: Course, diagnosis: Diagnosis): string {
  const { verdict, reason = null, ...words } = diagnosis
  const found = {
    url: shownUrl(url),
    healthy: isHealthy(diagnosis),
    verdict,
    reason,
    ...words,
    redirects: redirects.map(({ from, reply, to }) => ({ from, status: reply.status, to })),
    answers: replies.map(({ status, ms, fields }) => ({
      status,
      ms,
      cacheStatus: joined(fields, 'cache-status') || null,
      fields: fields.filter(([name]) => KEEPING.has(name)),
      setCookie: setCookies(fields),
    })),
    explained: typeof explained === 'string' ? null : explained,
  }
  return `${JSON.stringify(found, null, 2)}\n`
}
