import { Component, inject, makeStateKey, REQUEST_CONTEXT, TransferState } from '@angular/core'

const NAME = makeStateKey<string | null>('name')

@Component({
  selector: 'app-account-page',
  template: `
    @if (name) {
      <h1>Hello, {{ name }}</h1>
    } @else {
      <form method="post" action="/account">
        <label>Your name <input name="name" required /></label>
        <button type="submit">Sign in</button>
      </form>
    }
  `,
})
export class AccountPage {
  protected readonly name: string | null

  constructor() {
    const state = inject(TransferState)
    const context = inject(REQUEST_CONTEXT, { optional: true }) as { readonly name?: string } | null // what server.ts gives
    this.name = context?.name ?? state.get(NAME, null)
    if (context !== null) state.set(NAME, this.name)
  }
}
