import './style.css'
import { hydrateRoot } from 'react-dom/client'
import { App } from './app.tsx'

const page = JSON.parse(document.getElementById('page')!.textContent)
hydrateRoot(document.getElementById('app')!, <App page={page} />)
