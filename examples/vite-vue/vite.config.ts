import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defaultServerConditions, defineConfig } from 'vite'

// In this repository the packages of the cache are used from their sources. Where they are installed, `plugins` is all that is needed.
const source = '@ssr-cache/source'

export default defineConfig({
  plugins: [vue()],
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
})
