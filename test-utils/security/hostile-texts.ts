import { sharedFolder } from '../../packages/core/test/shared-data.ts'

const lists = sharedFolder('hostile-input')

/** Whether the lists of hostile texts are on this machine. */
export const hostileInputMissing: boolean = lists.missing

/** Every line of the lists but for header names, once, as the bytes of its UTF-8, one character each. */
export function hostileTexts(): readonly string[] {
  const texts = lists
    .files('.txt')
    .filter(([name]) => name !== 'NOTE.txt' && !name.includes('headers'))
    .flatMap(([, file]) => file.lines())
  return [...new Set(texts)].map((text) => Buffer.from(text).toString('latin1'))
}
