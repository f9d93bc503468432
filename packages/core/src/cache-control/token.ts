/** RFC 9110 5.6.2: which of the first 128 characters may stand in a token. */
const IN_TOKEN = new Uint8Array(128)
for (const character of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  IN_TOKEN[character.charCodeAt(0)] = 1
}

/** Whether a character code may stand in a token. */
export function isTokenCode(code: number): boolean {
  return IN_TOKEN[code] === 1
}

/** Whether a text is a token: at least one character, and no other than these. */
export function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (!isTokenCode(text.charCodeAt(i))) return false
  }
  return text !== ''
}
