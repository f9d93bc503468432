// `npm run docs`: writes anew what the documents say between their markers.
import { writeFileSync } from 'node:fs'
import { markdownFiles, read, regenerated } from './docs/documents.ts'

for (const file of markdownFiles()) {
  const text = read(file)
  const made = await regenerated(text)
  if (made === text) continue
  writeFileSync(file, made)
  console.log(`> ${file}`)
}
