import { globSync, readFileSync } from 'node:fs'
import ts from 'typescript'

/** One member of an interface, as its TSDoc has it. */
export interface Member {
  readonly name: string
  readonly type: string
  readonly optional: boolean
  readonly meaning: string
  /** Text of `@default`. */
  readonly defaultText: string | undefined
}

/** The members of the exported interface of that name, wherever in the packages it is. */
export function membersOf(interfaceName: string): readonly Member[] {
  const { declaration, source } = declarationOf(interfaceName)
  return declaration.members.map((member) => memberOf(member, source))
}

interface Found {
  readonly declaration: ts.InterfaceDeclaration
  readonly source: ts.SourceFile
}

function declarationOf(name: string): Found {
  for (const file of globSync('packages/*/src/**/*.ts')) {
    const text = readFileSync(file, 'utf8')
    if (!text.includes(`export interface ${name}`)) continue
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    const declaration = source.statements.filter(ts.isInterfaceDeclaration).find((each) => each.name.text === name)
    if (declaration !== undefined) return { declaration, source }
  }
  throw new Error(`no package exports an interface ${name}`)
}

function memberOf(member: ts.TypeElement, source: ts.SourceFile): Member {
  const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default')
  return {
    name: member.name?.getText(source) ?? '',
    type: typeOf(member, source),
    optional: member.questionToken !== undefined,
    meaning: meaningOf(member),
    defaultText: tag && plain(ts.getTextOfJSDocComment(tag.comment) ?? ''),
  }
}

function typeOf(member: ts.TypeElement, source: ts.SourceFile): string {
  if (ts.isPropertySignature(member)) return plain(member.type?.getText(source).replace(/ \| undefined$/, '') ?? '')
  if (!ts.isMethodSignature(member)) return plain(member.getText(source))
  const parameters = member.parameters.map((parameter) => parameter.getText(source)).join(', ')
  return plain(`(${parameters}) => ${member.type?.getText(source)}`)
}

function meaningOf(member: ts.TypeElement): string {
  const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc)
  return plain(comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' '))
}

/** On one line, links as the name that they point to. */
function plain(text: string): string {
  return text
    .replace(/\{@link (\w+)\s*\}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
}
