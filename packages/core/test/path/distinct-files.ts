import { expect } from 'vitest'
import { createPathMapper, type PathMapper } from '../../src/path/index.ts'
import { FOLDINGS } from './file-systems.ts'
import { pathOrRefused } from './refusals.ts'

const mapper = createPathMapper()

/** URLs that a careless layout confuses with `target`. */
export function lookAlikes(target: string): string[] {
  const path = pathOrRefused(mapper, target) ?? ''
  return [
    target,
    `/${path}`,
    `/${path.replace(/\.html$/, '')}`,
    target.toLowerCase(),
    target.toUpperCase(),
    target.normalize('NFD'),
    target.normalize('NFC'),
    `${target}/`,
    `${target}/index`,
    `${target}/index.html`,
    `${target}.html`,
    `/${target}`,
    `${target}?`,
    target.replace('?', '%3F'),
    target.replace('?', '/?'),
    target.replace('?', '!3f'),
    target.replaceAll('&', '%26'),
    `/${target.slice(1).replaceAll('/', '%2F')}`,
    `/${target.slice(1).replaceAll('/', '!/')}`,
    target.replaceAll('!', '%21'),
    target.replaceAll('%', '!!'),
    target.replaceAll('.', '!2e'),
  ]
}

/** A page that has a file. */
export interface FiledPage {
  readonly path: string
  readonly canonical: string
}

/** Those of `urls` that have a file, once each. */
export function filedPages(of: PathMapper, urls: Iterable<string>): readonly FiledPage[] {
  const pages = new Map<string, FiledPage>()
  for (const url of urls) {
    const path = pathOrRefused(of, url)
    const canonical = path === undefined ? '' : of.canonical(url)
    if (path !== undefined) pages.set(`${canonical}\n${path}`, { path, canonical })
  }
  return [...pages.values()]
}

/** Fails where two URLs that differ in canonical spelling get one file on some file system. */
export function expectDistinctFiles(of: PathMapper, urls: readonly string[]): void {
  expectDistinctPages(filedPages(of, urls))
}

/** Fails where two pages lie in one file on some file system. */
export function expectDistinctPages(pages: readonly FiledPage[]): void {
  for (const [folding, fold] of FOLDINGS) {
    const owner = new Map<string, string>()
    for (const { path, canonical } of pages) {
      const other = owner.get(fold(path)) ?? canonical
      if (other !== canonical) expect.fail(`${canonical} and ${other} share ${path} under ${folding}`)
      owner.set(fold(path), canonical)
    }
  }
}

/** Fails where a page's file stands where another page needs a folder. */
export function expectFilesAndFoldersApart(paths: readonly string[]): void {
  const files = new Set(paths)
  for (const path of paths) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (files.has(path.slice(0, slash))) expect.fail(`${path.slice(0, slash)} is a file, and a folder of ${path}`)
    }
  }
}
