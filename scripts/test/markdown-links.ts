import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import GitHubSlugger from 'github-slugger'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { toString as textOf } from 'mdast-util-to-string'
import { visit } from 'unist-util-visit'
import { read } from '../docs/documents.ts'

/** The URLs of all links, images and definitions of a document. */
export function linksOf(markdown: string): readonly string[] {
  const urls: string[] = []
  visit(fromMarkdown(markdown), ['link', 'image', 'definition'], (node) => {
    if ('url' in node) urls.push(node.url)
  })
  return urls
}

/** Where a relative link of `file` leads: a file or folder, and a heading if it names one. */
export function targetOf(url: string, file: string): { readonly isThere: boolean } {
  const [path = '', anchor] = url.split('#')
  const target = path === '' ? file : join(dirname(file), path)
  if (!existsSync(target)) return { isThere: false }
  return { isThere: anchor === undefined || (statSync(target).isFile() && anchorsOf(target).has(anchor)) }
}

/** Of each file that a link leads into: parsing one takes longer than everything else, and hundreds of links lead into the same. */
const known = new Map<string, ReadonlySet<string>>()

/** The anchors that GitHub gives the headings of a file. */
function anchorsOf(file: string): ReadonlySet<string> {
  const found = known.get(file) ?? anchorsIn(read(file))
  known.set(file, found)
  return found
}

function anchorsIn(markdown: string): ReadonlySet<string> {
  const slugger = new GitHubSlugger()
  const anchors = new Set<string>()
  visit(fromMarkdown(markdown), 'heading', (heading) => {
    anchors.add(slugger.slug(textOf(heading)))
  })
  return anchors
}
