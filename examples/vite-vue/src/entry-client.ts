import './style.css'
import { createSSRApp } from 'vue'
import App from './App.vue'

const page = JSON.parse(document.getElementById('page')!.textContent)
createSSRApp(App, { page }).mount('#app')
