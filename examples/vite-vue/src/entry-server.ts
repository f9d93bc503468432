import { createSSRApp } from 'vue'
import { renderToString } from 'vue/server-renderer'
import App from './App.vue'
import type { Page } from './page.ts'

/**
 * The page when all of it is there, since it is kept whole. Rejects where a component throws: on its own, Vue in production logs the error and leaves a hole, and such a
 * page must not be kept.
 */
export async function render(page: Page): Promise<string> {
  const errors: unknown[] = []
  const app = createSSRApp(App, { page })
  app.config.errorHandler = (error) => void errors.push(error)
  const html = await renderToString(app)
  if (errors.length > 0) throw errors[0]
  return html
}
