import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const FOLDER = new URL('../../../../shared/data/', import.meta.url)

/** A file of the data folder that lies beside the repository on some machines, and whether it is there. */
export interface SharedFile {
  readonly missing: boolean
  /** Where it lies, for programs that read files themselves. */
  readonly path: string
  /** All of it, unpacked where its name ends in `.gz`, without a byte order mark. */
  text(): string
  /** Its lines, without a byte order mark and without empty ones. */
  lines(): readonly string[]
  json(): unknown
}

/** `name` below the shared data folder. Tests skip where it is missing, and say so in their titles. */
export function sharedFile(name: string): SharedFile {
  const url = new URL(name, FOLDER)
  const text = (): string => {
    const bytes = readFileSync(url)
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\ufeff/, '')
  }
  return {
    missing: !existsSync(url),
    path: fileURLToPath(url),
    text,
    lines: () =>
      text()
        .split(/\r?\n/)
        .filter((line) => line !== ''),
    json: () => JSON.parse(text()),
  }
}

/** A folder of the data, and whether it is there. */
export interface SharedFolder {
  readonly missing: boolean
  /** Where it lies, for programs that read files themselves. */
  readonly path: string
  /** Its files whose names end with `ending`, by name. */
  files(ending: string): readonly (readonly [name: string, file: SharedFile])[]
}

/** `name` below the shared data folder, without slashes at its ends. */
export function sharedFolder(name: string): SharedFolder {
  const url = new URL(`${name}/`, FOLDER)
  return {
    missing: !existsSync(url),
    path: fileURLToPath(url),
    files: (ending) =>
      readdirSync(url)
        .filter((file) => file.endsWith(ending))
        .sort()
        .map((file) => [file, sharedFile(`${name}/${file}`)]),
  }
}
