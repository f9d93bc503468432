import { Component, input, signal } from '@angular/core'
import { pageContext } from '@ssr-cache/core/context'
import { NotFound } from './not-found.ts'
import { Price } from './price.ts'
import type { Tea } from './tea.ts'

@Component({
  selector: 'app-tea-page',
  imports: [NotFound, Price],
  template: `
    @if (tea(); as tea) {
      <h1>{{ tea.name }}</h1>
      <p>From {{ tea.origin }}, <app-price [tea]="tea" /></p>
      <button type="button" (click)="count.set(count() + 1)">In your basket: {{ count() }}</button>
    } @else {
      <app-not-found />
    }
  `,
})
export class TeaPage {
  readonly tea = input.required<Tea | null>()
  protected readonly count = signal(0)

  constructor() {
    // Longer than the menu, which changes more often.
    pageContext()?.maxAge(300)
  }
}
