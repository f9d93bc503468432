import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serve } from '../../../../../test-utils/serve.ts'
import { refusalOf, runHere } from '../run-here.ts'

const SITE = 'http://shop.example'

/** Refuses a list from standard input; asserts nothing of who was asked. */
async function refusal(stdin: string | Uint8Array, ...args: readonly string[]): Promise<string> {
  return refusalOf(await runHere(['warm', '-', ...args], { stdin }))
}

describe('a list that cannot be meant is one clear line, exit 2, and nobody is asked (R17)', () => {
  test.each<[string, string, string]>([
    [
      'a foreign host',
      '/a\nhttps://other.example/b\n',
      'line 2 of standard input must be a page of HOST, got "https://other.example/b" (string). Warm each site by itself; nothing was asked for',
    ],
    [
      'several foreign hosts',
      '/a\n//other.example/b\n/c\nhttps://more.example/\nhttp://other.example/\n',
      'line 2 of standard input must be a page of HOST, got "//other.example/b" (string). Warm each site by itself (3 are of others); nothing was asked for',
    ],
    [
      'a host without its scheme, which would be asked for as a path',
      '/a\nother.example/b\n',
      'line 2 of standard input must be an http(s) URL without a password, or a path, got "other.example/b" (string). Write https://shop.example/movies/42 or /movies/42',
    ],
    [
      'a URL that is none',
      '/a\n\n# more\nhttp://[::1/\n',
      'line 4 of standard input must be an http(s) URL without a password, or a path, got "http://[::1/" (string). Write https://shop.example/movies/42 or /movies/42',
    ],
    [
      'another scheme',
      'mailto:ada@shop.example',
      'line 1 of standard input must be an http(s) URL without a password, or a path, got "mailto:ada@shop.example" (string). Write https://shop.example/movies/42 or /movies/42',
    ],
    [
      'more on the line than the URL',
      '/movies/42 # 311 visits',
      'line 1 of standard input must be an http(s) URL without a password, or a path, got "/movies/42 # 311 visits" (string). Write https://shop.example/movies/42 or /movies/42',
    ],
    [
      'a password, which is not shown',
      '/a\nhttp://ada:secret@shop.example/',
      'line 2 of standard input must be an http(s) URL without a password, or a path, got "http://***@shop.example/" (string). Write https://shop.example/movies/42 or /movies/42',
    ],
    ['nothing', '', 'standard input must name a page, and names none. Write a URL or path on each line'],
    [
      'nothing but comments',
      '\ufeff# all of it\r\n\r\n',
      'standard input must name a page, and names none. Write a URL or path on each line',
    ],
    ['an empty array', ' []\n', 'standard input must name a page, and names none. Write a URL or path on each line'],
    [
      'an array that is cut off',
      '["/a", "/b',
      'standard input must be a whole JSON array, as it begins like one. Write ["/", "/movies/42"]',
    ],
    [
      'an array of something else',
      '["/a", {"url": "/b"}]',
      'item 2 of standard input must be an http(s) URL without a password, or a path, got {"url":"/b"} (object). Write https://shop.example/movies/42 or /movies/42',
    ],
    [
      'a sitemap',
      '\ufeff<?xml version="1.0"?>\n<urlset/>',
      'standard input must be a plain list, and is XML or HTML. Write a URL or path on each line',
    ],
  ])('%s', async (_, list, said) => {
    let visits = 0
    await using site = await serve((_, response) => {
      visits++
      response.end()
    })
    expect(await refusal(list, '--origin', `http://${site.host}`)).toBe(said.replace('HOST', `http://${site.host}`))
    expect(visits).toBe(0)
  })

  test.each<[string, Uint8Array]>([
    ['a file that is compressed', gzipSync('/a\n')],
    ['text of another encoding', Buffer.from('/stra\u00dfe\n', 'latin1')],
    ['text of two bytes a letter', Buffer.from('/a\n', 'utf16le')],
  ])('%s', async (_, bytes) => {
    expect(await refusal(bytes, '--origin', SITE)).toBe(
      'standard input must be text in UTF-8, and is not. Write a URL or path on each line',
    )
  })

  test('paths, and nobody says of which site', async () => {
    expect(await refusal('/a\n')).toBe(
      'line 1 of standard input must be a whole URL unless --origin is given, got "/a" (string). Write --origin https://shop.example',
    )
  })

  test('without --origin the first URL says which site it is', async () => {
    expect(await refusal('https://shop.example/a\nhttp://shop.example/b\n')).toContain(
      'line 2 of standard input must be a page of https://shop.example, got "http://shop.example/b"',
    )
  })

  test('more than could be meant', async () => {
    const bytes = Buffer.alloc(1024 ** 2, '/a\n')
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield bytes
    }
    expect(refusalOf(await runHere(['warm', '-', '--origin', SITE], { stdin: endless() }))).toBe(
      'standard input must hold 64 MiB at most, and holds more. Warm the pages that are asked for most',
    )
  })

  test('a file that is not there, a folder, and one that is binary', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssr-cache-warm-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const [missing, binary] = [join(folder, 'missing.txt'), join(folder, 'binary')]
    await writeFile(binary, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0))
    const said = async (file: string): Promise<string> =>
      refusalOf(await runHere(['warm', file, '--origin', SITE])).replaceAll(folder, 'FOLDER')

    expect(await said(missing)).toBe(
      'LIST must be a file that can be read, got "FOLDER/missing.txt" (string): there is none (ENOENT). Write its path, or - for standard input',
    )
    expect(await said(folder)).toContain('"FOLDER" (string): it is a folder (EISDIR)')
    expect(await said(binary)).toBe('FOLDER/binary must be text in UTF-8, and is not. Write a URL or path on each line')
  })

  test('what a list holds does not steer the terminal that it is shown on', async () => {
    expect(await refusal('\u009b31m\u001b[2J\u007f\n', '--origin', SITE)).toContain('got "\ufffd31m\\u001b[2J\ufffd"')
  })
})

describe('a command line that says nothing that can be done is one line, and exit 2', () => {
  test.each<[string, readonly string[], string]>([
    [
      'no list',
      [],
      'warm must be given a list, got none. Write: ssr-cache warm urls.txt --origin https://shop.example',
    ],
    [
      'two lists',
      ['a', 'b'],
      'warm must be given one list, got "b" (string) too. Join them: cat A B | ssr-cache warm -',
    ],
    [
      'an origin without its scheme',
      ['-', '--origin', 'shop.example'],
      '--origin must be scheme and host of the site, got "shop.example" (string). Write --origin https://shop.example',
    ],
    [
      'an origin with a path',
      ['-', '--origin', 'https://shop.example/de'],
      '--origin must be scheme and host of the site, got "https://shop.example/de" (string). Write --origin https://shop.example',
    ],
    [
      'no concurrency',
      ['-', '--concurrency', '0'],
      '--concurrency must be a whole number from 1 to 64, got "0" (string). Write --concurrency 2',
    ],
    [
      'a limit that is no number',
      ['-', '--limit', 'all'],
      '--limit must be a whole number from 1 to 1000000000, got "all" (string). Write --limit 100',
    ],
    [
      'a time with a unit',
      ['-', '--timeout', '5s'],
      '--timeout must be a whole number from 1 to 600, got "5s" (string). Write --timeout 30',
    ],
    [
      'a header without a colon',
      ['-', '--header', 'accept'],
      `--header must be 'name: value', got "accept" (string). Write --header 'accept-language: de'`,
    ],
  ])('%s', async (_, args, said) => {
    expect(refusalOf(await runHere(['warm', ...args]))).toBe(said)
  })

  test('an option of another command', async () => {
    expect(refusalOf(await runHere(['warm', '-', '--secret', 'a']))).toMatch(
      /^Unknown option '--secret'.+ ssr-cache --help lists all options\.$/,
    )
  })
})
