import { pageContext } from '@ssr-cache/core/context'

export interface Campaign {
  readonly name: string
  readonly offlineAt: Date
}

export function campaignPage({ name, offlineAt }: Campaign): string {
  pageContext()?.expiresAt(offlineAt)
  return `<h1>${name}</h1>`
}
