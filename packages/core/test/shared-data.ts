import { existsSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../../../../shared/data/', import.meta.url)

/** A file of the data folder that lies beside the repository on some machines, and whether it is there. */
export interface SharedFile {
  readonly missing: boolean
  /** Its lines, without a byte order mark and without empty ones. */
  lines(): readonly string[]
  json(): unknown
}

/** `name` below the shared data folder. Tests skip where it is missing, and say so in their titles. */
export function sharedFile(name: string): SharedFile {
  const url = new URL(name, FOLDER)
  const text = (): string => readFileSync(url, 'utf8').replace(/^\ufeff/, '')
  return {
    missing: !existsSync(url),
    lines: () =>
      text()
        .split(/\r?\n/)
        .filter((line) => line !== ''),
    json: () => JSON.parse(text()),
  }
}
