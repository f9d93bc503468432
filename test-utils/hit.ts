import type { Reply } from './serve.ts'

/** Whether a reply came from what was kept. */
export function isHit({ headers }: Pick<Reply, 'headers'>): boolean {
  return String(headers['cache-status']).startsWith('ssr-cache; hit')
}
