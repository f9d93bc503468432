import type { Tea } from '../app/tea.ts'

// Stands for a database or an API.
const teas = new Map<string, Tea>(
  [
    { slug: 'assam', name: 'Assam', origin: 'India', priceCents: 450 },
    { slug: 'gyokuro', name: 'Gyokuro', origin: 'Japan', priceCents: 990 },
    { slug: 'keemun', name: 'Keemun', origin: 'China', priceCents: 620 },
  ].map((tea) => [tea.slug, tea]),
)

export async function listTeas(): Promise<readonly Tea[]> {
  return [...teas.values()]
}

export async function findTea(slug: string): Promise<Tea | undefined> {
  return teas.get(slug)
}

export async function changePrice(tea: Tea, priceCents: number): Promise<void> {
  teas.set(tea.slug, { ...tea, priceCents })
}
