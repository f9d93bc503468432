/** Whether a Content Security Policy holds a nonce (CSP3 2.3). */
export function isNoncePolicy(policy: string): boolean {
  return /'nonce-/i.test(policy)
}

// What a start tag with attributes begins with; nothing else on a page has a nonce that a browser heeds.
const TAG = /<(?:script|style|link)[\s/]/iy
// An empty nonce protects nothing, and may be given twice.
const NONCE = /[\s/"']nonce\s*=\s*["']?[^\s"'>]/iy

const TAB = 0x09
const CR = 0x0d
const SPACE = 0x20
const DOUBLE_QUOTE = 0x22
const SINGLE_QUOTE = 0x27
const SLASH = 0x2f
const LESS_THAN = 0x3c
const EQUALS = 0x3d
const GREATER_THAN = 0x3e

/**
 * Whether a script, style or link of an HTML page may carry a nonce (CSP3 2.3). One walk over the text, in which every tag counts that could be one,
 * also inside scripts and comments: in doubt the answer is yes. A value may hold a `>`, so the walk keeps apart where a tag still open could be: between
 * its attributes, or inside a value in either kind of quotes. All tags that are open share these three places, so no text takes more than one walk.
 */
export function hasNonceAttribute(html: string): boolean {
  // The search for the word is fast; the walk is taken only where it stands.
  return /nonce/i.test(html) && walk(html)
}

function walk(html: string): boolean {
  let between = false
  let inDouble = false
  let inSingle = false
  let afterEquals = false
  for (let i = 0; i < html.length; i++) {
    const code = html.charCodeAt(i)
    if ((between || inDouble || inSingle) && mayPrecedeName(code) && matchesAt(NONCE, html, i)) return true
    if (isSpace(code)) continue // quotes may stand apart from their sign
    const opens: boolean = between && afterEquals
    afterEquals = code === EQUALS
    if (code === LESS_THAN) between ||= matchesAt(TAG, html, i)
    else if (code === GREATER_THAN) between = false
    else if (code === DOUBLE_QUOTE) [between, inDouble] = [inDouble || (between && !opens), opens]
    else if (code === SINGLE_QUOTE) [between, inSingle] = [inSingle || (between && !opens), opens]
  }
  return false
}

function isSpace(code: number): boolean {
  return code === SPACE || (code >= TAB && code <= CR)
}

function mayPrecedeName(code: number): boolean {
  return isSpace(code) || code === SLASH || code === DOUBLE_QUOTE || code === SINGLE_QUOTE
}

function matchesAt(pattern: RegExp, html: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(html)
}
