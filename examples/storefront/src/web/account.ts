import express, { Router } from 'express'
import { z } from 'zod'
import { sendPage } from './send-page.tsx'
import type { Sessions } from './sessions.ts'

const loginSchema = z.object({ name: z.string().trim().min(1).max(80) })

/** The pages that belong to one visitor. */
export function accountPages(sessions: Sessions): Router {
  return Router()
    .get('/account', async (request, response) => {
      const name = sessions.nameOf(request)
      if (name === undefined) return response.redirect(303, '/login')
      await sendPage(response, { kind: 'account', name })
    })
    .get('/login', async (_request, response) => {
      await sendPage(response, { kind: 'login', problem: null })
    })
    .post(
      '/login',
      express.urlencoded({ limit: '10kb' }),
      express.json({ limit: '10kb' }),
      async (request, response) => {
        const login = loginSchema.safeParse(request.body)
        if (login.success) {
          sessions.open(response, login.data.name)
          return response.redirect(303, '/account')
        }
        response.status(422)
        await sendPage(response, { kind: 'login', problem: 'Please give a name of 1 to 80 characters.' })
      },
    )
    .post('/logout', (request, response) => {
      sessions.end(request, response)
      response.redirect(303, '/')
    })
}
