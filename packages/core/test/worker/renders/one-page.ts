// A process that renders one page, and has nothing left to do then.
import { workerRender } from '@ssr-cache/core'

const render = workerRender(new URL('../../../../../test-utils/threads/pages.ts', import.meta.url), { threads: 2 })
const response = await render(new Request('https://shop.example/'))
process.send?.(await response.text())
process.channel?.unref()
