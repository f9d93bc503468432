import { sharedFile, sharedFolder } from './shared-data.ts'

// Text that nobody here wrote: real URLs, URLs that other libraries were tested on, and what attackers send.

const hostile = sharedFolder('hostile-input')
const standard = sharedFolder('url-corpora/wpt')
const normalization = sharedFolder('url-corpora/normalization')

const realUrls = sharedFile('url-corpora/ada-datasets/kasztp.txt')

/** Why tests of this data are skipped, for their titles; empty where it is there. */
export const corporaMissing: boolean = hostile.missing || standard.missing || normalization.missing || realUrls.missing

/** Every line of every hostile list; their comments are lines like others. */
export function hostileLines(): readonly string[] {
  return distinct(
    hostile
      .files('.txt')
      .filter(([name]) => name !== 'NOTE.txt')
      .flatMap(([, file]) => file.lines()),
  )
}

/** Every text in the tables of the web platform tests and of the normalizers: inputs, results, hosts, paths, queries and whole URLs. */
export function tabledTexts(): readonly string[] {
  const tables = [...standard.files('.json'), ...normalization.files('.json')]
  const rows = normalization.files('.csv').flatMap(([, file]) => csvRows(file.text()))
  return distinct([...tables.flatMap(([, file]) => [...textsIn(file.json())]), ...rows.flat()])
}

/** Every real URL once, in the order of the list. */
export function distinctRealUrls(): readonly string[] {
  return distinct(realUrls.lines())
}

/** The rows of a table whose comments begin with `#`. A field may stand in double quotes, with `""` for one of its own. */
export function csvRows(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(csvFields)
}

function csvFields(line: string): readonly string[] {
  const fields = line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^,]*))/g)
  return [...fields].map(([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare)
}

/** All texts in a value of JSON, names of members too. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) yield name
    yield* textsIn(inner)
  }
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

/** What becomes of a text on its way into a URL: as it stands, as bytes that were read as Latin-1 (as Node reads a target), and encoded once and twice. */
export function spellings(text: string): readonly string[] {
  const once = encodeURIComponent(text.toWellFormed())
  const latin1 = Buffer.from(text).toString('latin1')
  return distinct([text, latin1, once, encodeURIComponent(once), text.split('/').map(escapedAll).join('/')])
}

/** Every byte percent-encoded, unreserved ones too. */
function escapedAll(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

/** A text in every place of a URL: alone, as path, as one segment of it, behind more than one file name holds, as query, and as host. */
export function urlsWith(text: string): readonly string[] {
  const pathsAndQueries = [
    `/${text}`,
    `/a/${text}/b`,
    `/${'long-'.repeat(60)}${text}`,
    `/x?${text}`,
    `/x?q=${text}&r=${text}`,
  ]
  const sites = pathsAndQueries.map((target) => `https://shop.example${target}`)
  return [text, ...pathsAndQueries, ...sites, `https://${text}/`]
}
