import { provideHttpClient, withFetch } from '@angular/common/http'
import { type ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core'
import { provideClientHydration } from '@angular/platform-browser'
import { provideRouter, withComponentInputBinding } from '@angular/router'
import { routes } from './app.routes.ts'

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withFetch()),
    // What the server has asked the API goes along with the page, so that the browser need not ask again.
    provideClientHydration(),
    provideRouter(routes, withComponentInputBinding()),
  ],
}
