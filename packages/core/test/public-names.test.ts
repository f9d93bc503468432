import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ENTRIES = {
  '@ssr-cache/core': 'index.ts',
  '@ssr-cache/core/cache-control': 'cache-control/index.ts',
  '@ssr-cache/core/context': 'context/index.ts',
  '@ssr-cache/core/context in a browser': 'context/browser.ts',
  '@ssr-cache/core/key': 'key/index.ts',
  '@ssr-cache/core/keyv': 'keyv/index.ts',
  '@ssr-cache/core/node': 'node/index.ts',
  '@ssr-cache/core/path': 'path/index.ts',
  '@ssr-cache/core/store': 'store/index.ts',
  '@ssr-cache/core/testing': 'testing/index.ts',
} as const

const fileOf = (entry: string): string => fileURLToPath(new URL(`../src/${entry}`, import.meta.url))

const config = ts.readConfigFile(
  fileURLToPath(new URL('../../../tsconfig.base.json', import.meta.url)),
  ts.sys.readFile,
)
const { options } = ts.convertCompilerOptionsFromJson(config.config.compilerOptions, '.')
const program = ts.createProgram(Object.values(ENTRIES).map(fileOf), { ...options, skipLibCheck: true })
const checker = program.getTypeChecker()

/** Everything that a module exports, values and types. */
function names(entry: string): string[] {
  const source = program.getSourceFile(fileOf(entry))
  const symbol = source && checker.getSymbolAtLocation(source)
  if (symbol === undefined) throw new Error(`${entry} exports nothing`)
  return checker.getExportsOfModule(symbol).map(spelt).sort()
}

function spelt(symbol: ts.Symbol): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return target.flags & ts.SymbolFlags.Value && !isTypeOnly(symbol) ? symbol.name : `type ${symbol.name}`
}

/** `export type { Page }` exports no value even where Page is a class. */
function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some((declaration) => ts.isTypeOnlyExportDeclaration(declaration))
}

describe('the public names: a change of them is a change for users', () => {
  test.each(Object.entries(ENTRIES))('%s', (_, entry) => {
    expect(names(entry)).toMatchSnapshot()
  })
})
