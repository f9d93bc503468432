import { Component, inject, RESPONSE_INIT } from '@angular/core'

@Component({
  selector: 'app-not-found',
  template: `<h1>There is no such page</h1>`,
})
export class NotFound {
  constructor() {
    // There is none in the browser.
    const response = inject(RESPONSE_INIT, { optional: true })
    if (response !== null) response.status = 404
  }
}
