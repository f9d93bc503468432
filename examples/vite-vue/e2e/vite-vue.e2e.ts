import { testHydration } from '../../../test-utils/hydration.ts'

testHydration('vite-vue')
