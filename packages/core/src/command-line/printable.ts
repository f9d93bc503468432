/** What comes over the network, or from a file, must not steer the terminal that it is shown on. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it is after
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd')
}
