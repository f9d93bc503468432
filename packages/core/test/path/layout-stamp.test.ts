import { describe, expect, it } from 'vitest'
import { isSsrCacheError } from '../../src/errors.ts'
import { createPathMapper, type PathMapperOptions } from '../../src/path/index.ts'
import { LAYOUT_VERSION } from '../../src/path/layout-stamp.ts'

const OPTIONS: PathMapperOptions = { origin: 'https://shop.example', extension: '.html' }
const reader = createPathMapper(OPTIONS)

function refusal(run: () => void): string {
  try {
    run()
  } catch (error) {
    if (isSsrCacheError(error) && error.code === 'ERR_SSR_CACHE_LAYOUT') return error.message
    throw error
  }
  return 'accepted'
}

describe('the layout stamp', () => {
  it('is one short line that a reader with the same options accepts (M5)', () => {
    const writer = createPathMapper({ ...OPTIONS })
    expect(writer.stamp).toBe(
      `{"layout":${LAYOUT_VERSION},"origin":"https://shop.example","hostFolders":false,"extension":".html"}\n`,
    )
    expect(() => reader.checkStamp(writer.stamp)).not.toThrow()
    expect(() => reader.checkStamp(writer.stamp.trim())).not.toThrow()
    expect(() => createPathMapper().checkStamp(createPathMapper({ hostFolders: false }).stamp)).not.toThrow()
  })

  it('tells a reader of another layout version what to do (M5)', () => {
    const newer = reader.stamp.replace(`"layout":${LAYOUT_VERSION}`, `"layout":${LAYOUT_VERSION + 1}`)
    expect(refusal(() => reader.checkStamp(newer))).toBe(
      `ERR_SSR_CACHE_LAYOUT: the folder must hold pages written with "layout" ${LAYOUT_VERSION} (number), got ${LAYOUT_VERSION + 1} (number). ` +
        'Run the same version of @ssr-cache/core as the writer, or render the pages into a new folder.',
    )
  })

  it.each<[string, PathMapperOptions, RegExp]>([
    [
      'another origin',
      { ...OPTIONS, origin: 'https://other.example' },
      /"origin" "https:\/\/shop\.example" \(string\), got "https:\/\/other\.example" \(string\)/,
    ],
    ['no origin', { extension: '.html' }, /"origin" "https:\/\/shop\.example" \(string\), got undefined/],
    ['host folders', { ...OPTIONS, hostFolders: true }, /"hostFolders" false \(boolean\), got true \(boolean\)/],
    ['another extension', { ...OPTIONS, extension: '.htm' }, /"extension" "\.html" \(string\), got "\.htm" \(string\)/],
  ])('names the option where the writer had %s (M5)', (_, options, message) => {
    const text = refusal(() => reader.checkStamp(createPathMapper(options).stamp))
    expect(text).toMatch(message)
    expect(text).toContain('Create writer and reader with the same options')
  })

  it('refuses the stamp of a writer that knows more options (M5)', () => {
    expect(refusal(() => reader.checkStamp(reader.stamp.replace('}', ',"foldCase":true}')))).toMatch(
      /"foldCase" undefined, got true/,
    )
  })

  it.each([undefined, '', 'x', '{', 'null', '1', '[]', '{}', '<!doctype html>'])(
    'refuses %o, which is no stamp (M5)',
    (text) => {
      expect(refusal(() => createPathMapper(OPTIONS).checkStamp(text))).toMatch(
        /must hold a stamp \(layout!\.json\) of layout \d+, got .*new folder\.$/,
      )
    },
  )

  it('lies where no page can lie, whatever the extension (M1, M5)', () => {
    for (const extension of ['.html', '.json']) {
      const mapper = createPathMapper({ extension })
      expect(() => mapper.toUrl(mapper.stampPath)).toThrow('ERR_SSR_CACHE_PATH')
      for (const url of ['/layout', '/layout!', '/layout%21', '/layout!.json', '/layout!.json/x']) {
        expect(mapper.toPath(url).split('/')[0]).not.toBe(mapper.stampPath)
      }
    }
  })
})
