import { inject } from '@angular/core'
import type { Routes } from '@angular/router'
import { AccountPage } from './account-page.ts'
import { Menu } from './menu.ts'
import { NotFound } from './not-found.ts'
import { TeaPage } from './tea-page.ts'
import { TeaService } from './tea-service.ts'

export const routes: Routes = [
  { path: '', component: Menu, resolve: { teas: () => inject(TeaService).list() } },
  {
    path: 'teas/:slug',
    component: TeaPage,
    resolve: { tea: ({ params }: { params: { slug: string } }) => inject(TeaService).find(params.slug) },
  },
  { path: 'account', component: AccountPage },
  { path: '**', component: NotFound },
]
