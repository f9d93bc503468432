import { CDN_DIALECTS, sharedFields } from '../../packages/core/src/cache-control/index.ts'
import type { Field } from '../../packages/core/src/fields.ts'
import { code, table } from './table.ts'

const FRESH = { maxAge: 60, staleWhileRevalidate: 600, staleIfError: 86_400 }

/** What each CDN dialect sends for a page with the default lifetimes, in the first second of its life. */
export function dialectTable(): string {
  const rows = [
    ['none (the default)', shown(sharedFields(undefined, 'shared', FRESH))],
    ["`preset: 'single'`", shown(sharedFields(undefined, 'single', FRESH))],
    ...CDN_DIALECTS.map((cdn) => [code(`cdn: '${cdn}'`), shown(sharedFields(cdn, 'shared', FRESH))]),
  ]
  return table(['`downstream`', 'fields of a fresh page'], rows)
}

function shown(fields: readonly Field[]): string {
  return fields.map(([name, value]) => code(`${name}: ${value}`)).join('<br>')
}
