import { SsrCacheError, shown } from '../errors.ts'
import type { PathMapperSettings } from './mapper-options.ts'

/** Grows with every change of what `toPath` gives for any URL, which a change of canonical spelling is too. */
export const LAYOUT_VERSION = 1

/** Where the stamp lies. No page and no folder is ever called so: a `!` inside a name never stands before a dot. */
export const STAMP_PATH = 'layout!.json'

type Stamp = Readonly<Record<string, unknown>>

/** One line of JSON: layout version and options; an option that is not set is not there. */
export function stampText(settings: PathMapperSettings): string {
  return `${JSON.stringify(stampOf(settings))}\n`
}

function stampOf(settings: PathMapperSettings): Stamp {
  return { layout: LAYOUT_VERSION, ...settings }
}

/** @throws ERR_SSR_CACHE_LAYOUT where `text` is not the stamp of these settings. */
export function checkStampText(text: string | undefined, settings: PathMapperSettings): void {
  const got = parseStamp(text)
  if (got === undefined) {
    throw layoutError(
      `a stamp (${STAMP_PATH}) of layout ${LAYOUT_VERSION}`,
      text,
      'Render the pages into a new folder.',
    )
  }
  const expected = stampOf(settings)
  for (const name of Object.keys({ ...expected, ...got })) {
    if (got[name] !== expected[name]) throw difference(name, expected[name], got[name])
  }
}

function parseStamp(text: string | undefined): Stamp | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'layout' in value ? (value as Stamp) : undefined // an object, so a record of unknowns
  } catch {
    return undefined
  }
}

function difference(name: string, expected: unknown, got: unknown): SsrCacheError {
  const wayOut =
    name === 'layout'
      ? 'Run the same version of @ssr-cache/core as the writer, or render the pages into a new folder.'
      : 'Create writer and reader with the same options, or render the pages into a new folder.'
  return layoutError(`pages written with "${name}" ${shown(expected)}`, got, wayOut)
}

function layoutError(expected: string, got: unknown, wayOut: string): SsrCacheError {
  return new SsrCacheError('ERR_SSR_CACHE_LAYOUT', `the folder must hold ${expected}, got ${shown(got)}. ${wayOut}`)
}
