import { hydrateRoot } from 'react-dom/client'
import { Document, type DocumentProps } from './document.tsx'
import { makePage } from './make-page.tsx'

const data = document.getElementById('page-data')?.textContent
// Our own server wrote it, in the same build: see document.tsx.
if (data) hydrateRoot(document, <Document {...(JSON.parse(data) as DocumentProps)} />)
else void makePage()
