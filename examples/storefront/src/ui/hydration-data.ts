// JSON inside a <script> ends at the first "</script", wherever it stands, and "<!--" changes how the rest is read. U+2028 and U+2029 end a
// line where the text is ever taken for JavaScript. As escapes inside JSON strings all of them are plain characters again.
const UNSAFE = /[<>&\u2028\u2029]/g

/** `value` as JSON that can stand in an HTML document. `JSON.parse` gives it back unchanged. */
export function hydrationJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(UNSAFE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
