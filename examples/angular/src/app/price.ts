import { Component, computed, input } from '@angular/core'
import { pageContext } from '@ssr-cache/core/context'
import type { Tea } from './tea.ts'

/** Whatever page shows a price is named after its tea, so that no page can be forgotten when the price changes. */
@Component({
  selector: 'app-price',
  template: `<span class="price">{{ text() }}</span>`,
})
export class Price {
  readonly tea = input.required<Tea>()

  protected readonly text = computed(() => {
    const { slug, priceCents } = this.tea()
    pageContext()?.tag(`tea:${slug}`)
    return `€ ${(priceCents / 100).toFixed(2)}`
  })
}
