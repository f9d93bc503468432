import { expectTypeOf, test } from 'vitest'
import type { WORDS, Worded } from '../../../src/command-line/doctor/words.ts'
import type { BypassReason } from '../../../src/key/bypass.ts'
import type { Refusal } from '../../../src/key/normalize-url.ts'
import type { forwardedStatus, hitStatus } from '../../../src/rules/cache-status.ts'
import type { Reason } from '../../../src/rules/reason.ts'
import type { UnshareableReason } from '../../../src/rules/storable.ts'

test('every reason that the code can give has its words, and there are no words without a reason (I12)', () => {
  expectTypeOf<keyof typeof WORDS>().toEqualTypeOf<Worded>()
  expectTypeOf<Exclude<Reason, Worded>>().toEqualTypeOf<`status-${number}`>()
  expectTypeOf<Worded | `status-${number}`>().toExtend<Reason | 'failing-status'>()
})

test('what bypasses, is refused or cannot be shared is among the reasons', () => {
  expectTypeOf<BypassReason | Refusal['reason'] | UnshareableReason>().toExtend<Reason>()
})

test('Cache-Status says nothing else in its detail, but for explanations themselves', () => {
  expectTypeOf<NonNullable<Parameters<typeof hitStatus>[1]>>().toEqualTypeOf<Reason>()
  type Detail = NonNullable<NonNullable<Parameters<typeof forwardedStatus>[1]>['detail']>
  expectTypeOf<Exclude<Detail, Reason>>().toEqualTypeOf<'explanation'>()
})
