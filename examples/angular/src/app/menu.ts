import { Component, input } from '@angular/core'
import { RouterLink } from '@angular/router'
import { Price } from './price.ts'
import type { Tea } from './tea.ts'

@Component({
  selector: 'app-menu',
  imports: [Price, RouterLink],
  template: `
    <h1>Our teas</h1>
    <ul>
      @for (tea of teas(); track tea.slug) {
        <li><a [routerLink]="['/teas', tea.slug]">{{ tea.name }}</a>&ngsp;<app-price [tea]="tea" /></li>
      }
    </ul>
  `,
})
export class Menu {
  readonly teas = input.required<readonly Tea[]>()
}
