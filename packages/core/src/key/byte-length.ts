/** Whether `text` takes more than `limit` bytes of UTF-8. Single characters are looked at only where the answer hangs on them. */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length > limit) return true
  if (text.length * 3 <= limit) return false // no UTF-16 unit takes more than three bytes
  let bytes = 0
  for (let i = 0; i < text.length; i++) bytes += unitBytes(text.charCodeAt(i))
  return bytes > limit
}

/** Bytes that one UTF-16 unit stands for; half a surrogate pair is half of four. */
function unitBytes(code: number): number {
  if (code < 0x80) return 1
  return code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3
}
