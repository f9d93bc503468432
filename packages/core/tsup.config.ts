import { command, library } from '../../tsup.base.ts'

export default [
  library({
    entry: {
      index: 'src/index.ts',
      key: 'src/key/index.ts',
      path: 'src/path/index.ts',
      'cache-control': 'src/cache-control/index.ts',
      context: 'src/context/index.ts',
      'context.browser': 'src/context/browser.ts',
      store: 'src/store/index.ts',
      keyv: 'src/keyv/index.ts',
      testing: 'src/testing/index.ts',
      node: 'src/node/index.ts',
      // Of no import path: threads start by it.
      'thread-entry': 'src/worker/thread-entry.ts',
    },
    // What the command below is built into.
    clean: ['!bin/**'],
  }),
  command({ entry: { 'ssr-cache': 'src/command-line/main.ts' } }),
]
