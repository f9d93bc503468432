import type { ApplicationRef } from '@angular/core'
import { mergeApplicationConfig } from '@angular/core'
import { type BootstrapContext, bootstrapApplication } from '@angular/platform-browser'
import { provideServerRendering, RenderMode, withRoutes } from '@angular/ssr'
import { appConfig } from './app/app.config.ts'
import { App } from './app/app.ts'

const config = mergeApplicationConfig(appConfig, {
  // At each request: what is rendered once and kept is the cache's to say.
  providers: [provideServerRendering(withRoutes([{ path: '**', renderMode: RenderMode.Server }]))],
})

export default (context: BootstrapContext): Promise<ApplicationRef> => bootstrapApplication(App, config, context)
