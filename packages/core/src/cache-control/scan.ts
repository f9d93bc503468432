import { isTokenCode } from './token.ts'

const TAB = 0x09
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** One directive as it stands in the text. */
export interface ScannedDirective {
  /** Lower case. */
  readonly name: string
  /** What follows `=`, unquoted; `undefined` where there is no `=`. */
  readonly value: string | undefined
  readonly quoted: boolean
  /** Whether it stands alone between commas, written as the grammar says. What is damaged may only restrict. */
  readonly intact: boolean
}

/** All directives of a field, and whether its quotes can be trusted: where one is stray or never closed, nobody knows where directives end. */
export interface Scan {
  readonly directives: readonly ScannedDirective[]
  readonly quotesMatch: boolean
}

/**
 * Takes a Cache-Control value apart (RFC 9111 5.2) without ever failing, looking at each character a fixed number of times. Only double quotes
 * quote. What is neither token, comma nor space separates too, but damages what stands on both sides of it.
 */
export function scan(text: string): Scan {
  const directives: ScannedDirective[] = []
  let at = 0
  let undamaged = true // since the last comma
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return { directives, quotesMatch: false }
    if (!isTokenCode(code)) {
      if (code === COMMA) undamaged = true
      else if (!isSpace(code)) undamaged = false
      at++
      continue
    }
    const found = directiveAt(text, at)
    if (found === undefined) return { directives, quotesMatch: false }
    undamaged &&= found.wellFormed && isCommaOrEnd(text, skipSpace(text, found.end))
    directives.push({ name: found.name, value: found.value, quoted: found.quoted, intact: undamaged })
    at = found.end
  }
  return { directives, quotesMatch: true }
}

interface Found {
  readonly name: string
  readonly value: string | undefined
  readonly quoted: boolean
  readonly wellFormed: boolean
  readonly end: number
}

/** The directive that begins at `start`; `undefined` where its quoted value never ends. */
function directiveAt(text: string, start: number): Found | undefined {
  const nameEnd = tokenEnd(text, start)
  const name = text.slice(start, nameEnd).toLowerCase()
  const equals = skipSpace(text, nameEnd)
  if (text.charCodeAt(equals) !== EQUALS) {
    return { name, value: undefined, quoted: false, wellFormed: true, end: nameEnd }
  }
  const valueStart = skipSpace(text, equals + 1)
  const wellFormed = equals === nameEnd && valueStart === equals + 1
  if (text.charCodeAt(valueStart) !== QUOTE) {
    const end = bareValueEnd(text, valueStart)
    return { name, value: text.slice(valueStart, end), quoted: false, wellFormed, end }
  }
  const close = closingQuote(text, valueStart + 1)
  if (close < 0) return undefined
  return { name, value: unescaped(text.slice(valueStart + 1, close)), quoted: true, wellFormed, end: close + 1 }
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB
}

function isCommaOrEnd(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) === COMMA
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

function tokenEnd(text: string, from: number): number {
  let at = from
  while (isTokenCode(text.charCodeAt(at))) at++
  return at
}

/** A value without quotes runs on to whatever could end it, so that `60.5` and `60/2` are read whole, and found wanting. */
function bareValueEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === SEMICOLON || code === QUOTE || isSpace(code)) return at
  }
  return text.length
}

/** RFC 9110 5.6.4; -1 where there is none. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  return -1
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/gs, '$1') : text
}
