import { request } from 'node:http'

/** One command of a console session, and what it printed. */
export interface Command {
  readonly command: string
  readonly printed: readonly string[]
}

/** Reads a ```console block: lines that begin with `$ ` are commands, the others are what they printed. */
export function readSession(block: string): readonly Command[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...printed] = part.trimEnd().split('\n')
      return { command, printed }
    })
}

/** What `curl -si URL | grep -iE PATTERN` prints. */
export async function curlAndGrep(
  port: number,
  path: string,
  pattern: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  const asked = request({ port, host: '127.0.0.1', path, headers, agent: false }, async (response) => {
    const fields = response.rawHeaders.flatMap((text, i) =>
      i % 2 === 0 ? [`${text}: ${response.rawHeaders[i + 1]}`] : [],
    )
    const body = (await response.toArray()).join('')
    resolve([...fields, ...body.split('\n')].filter((line) => new RegExp(pattern, 'i').test(line)))
  })
  asked.on('error', reject).end()
  return promise
}

/** Lines without what differs from run to run: seconds, and validators and instants, of which only their order of appearance stays. */
export function withoutChance(lines: readonly string[]): readonly string[] {
  const seen: string[] = []
  const named = (value: string): string => {
    if (!seen.includes(value)) seen.push(value)
    return `#${seen.indexOf(value)}`
  }
  return lines.map((line) =>
    line
      .replace(/(?<=s-maxage=|ttl=-?)\d+/g, 'N')
      .replace(/(?<=W\/)"[^"]*"/g, named)
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, named),
  )
}
