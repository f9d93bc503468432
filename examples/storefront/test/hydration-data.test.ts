import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { hydrationJson } from '../src/ui/hydration-data.ts'

const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('</script><script>alert(1)</script>', '<!--<script>', ']]>', '\u2028', '\u2029', '&lt;', '\\u003c'),
)
const hostileValue = fc.object({ values: [hostileText, fc.integer(), fc.constant(null)], key: hostileText })

test.prop([hostileValue])('what the browser reads from the page is what the server wrote', (value) => {
  expect(JSON.parse(hydrationJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
})

test.prop([hostileValue])('no text of a film or a visitor can end the element that holds the data', (value) => {
  expect(hydrationJson(value)).not.toMatch(/[<>&\u2028\u2029]/)
})
