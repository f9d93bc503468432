import { misuse } from '../usage-error.ts'
import type { ListFile } from './list-file.ts'

/** One item of a list, and where it stands. */
export interface ListItem {
  readonly item: unknown
  /** `line 3 of urls.txt` */
  readonly at: string
}

/**
 * What a list names, in its order: a URL or path a line, or the elements of a JSON array, as `JSON.stringify(cache.hottest(100))` writes it.
 * @throws UsageError where it is written in another way, or names nothing.
 */
export function listItems({ name, text }: ListFile): readonly ListItem[] {
  const start = text.trimStart()
  if (start.startsWith('<'))
    misuse(`${name} must be a plain list, and is XML or HTML`, 'Write a URL or path on each line')
  const items = start.startsWith('[') ? elements(start, name) : lines(text, name)
  if (items.length === 0) misuse(`${name} must name a page, and names none`, 'Write a URL or path on each line')
  return items
}

function lines(text: string, name: string): readonly ListItem[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, i) => {
    const item = line.trim()
    return item === '' || item.startsWith('#') ? [] : [{ item, at: `line ${i + 1} of ${name}` }]
  })
}

function elements(text: string, name: string): readonly ListItem[] {
  return parsedArray(text, name).map((item, i) => ({ item, at: `item ${i + 1} of ${name}` }))
}

function parsedArray(text: string, name: string): readonly unknown[] {
  try {
    return JSON.parse(text) as readonly unknown[] // what begins with a bracket, and is JSON, is an array
  } catch {
    misuse(`${name} must be a whole JSON array, as it begins like one`, 'Write ["/", "/movies/42"]')
  }
}
