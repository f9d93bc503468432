import { readFileSync } from 'node:fs'

const REGION = /^\s*\/\/ #(?:end)?region\b/

/** A sample of `examples/recipes`, or one region of it (`file.ts#region`): code that is compiled and run by its tests. */
export function sample(argument: string): string {
  const [file = '', region] = argument.split('#')
  const text = readFileSync(`examples/recipes/src/${file}`, 'utf8')
  const lines = text.trimEnd().split('\n')
  const shown = region === undefined ? lines.filter((line) => !REGION.test(line)) : regionOf(lines, region, argument)
  return `\`\`\`${file.endsWith('.tsx') ? 'tsx' : 'ts'}\n${outdented(shown).join('\n')}\n\`\`\``
}

function regionOf(lines: readonly string[], name: string, argument: string): readonly string[] {
  const begin = lines.findIndex((line) => line.trim() === `// #region ${name}`)
  const end = lines.findIndex((line, i) => i > begin && line.trim() === '// #endregion')
  if (begin < 0 || end < 0) throw new Error(`examples/recipes/src/${argument} has no such region`)
  return lines.slice(begin + 1, end)
}

function outdented(lines: readonly string[]): readonly string[] {
  const indents = lines.filter((line) => line !== '').map((line) => line.search(/\S/))
  return lines.map((line) => line.slice(Math.min(...indents)))
}
