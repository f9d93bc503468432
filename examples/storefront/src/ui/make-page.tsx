import { createRoot } from 'react-dom/client'
import { Document, type DocumentProps } from './document.tsx'

/** Makes the page in the browser: what came is the shell, since the server had no time to render. */
export async function makePage(): Promise<void> {
  const props = await pageData().catch(unavailable)
  createRoot(document).render(<Document {...props} />)
}

/** By the page's own URL: who asks there for JSON is given what the page would be rendered from. */
async function pageData(): Promise<DocumentProps> {
  const response = await fetch(location.href, { headers: { accept: 'application/json' } })
  const type = response.headers.get('content-type') ?? ''
  if (!type.startsWith('application/json')) throw new Error(`status ${response.status}`)
  return (await response.json()) as DocumentProps // our own server wrote it, in the same build
}

function unavailable(): DocumentProps {
  const style = document.querySelector('link[rel="stylesheet"]')?.getAttribute('href') ?? ''
  return {
    page: { kind: 'error', status: 503 },
    rendered: { pid: 0, sequence: 0, at: new Date().toISOString() },
    style,
  }
}
