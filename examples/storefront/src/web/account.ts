import express, { Router } from 'express'
import { visitorSchema } from '../contract/session.ts'
import type { SessionClient } from './api-client.ts'
import type { SendPage } from './send-page.ts'
import { forgetSession, keepSession, sessionIdOf } from './session-cookie.ts'

/** The pages that belong to one visitor. */
export function accountPages(sessions: SessionClient, sendPage: SendPage): Router {
  return Router()
    .get('/account', async (request, response) => {
      const id = sessionIdOf(request)
      const visitor = id === undefined ? undefined : await sessions.visitor(id)
      if (visitor === undefined) return response.redirect(303, '/login')
      await sendPage(response, { kind: 'account', name: visitor.name })
    })
    .get('/login', async (_request, response) => {
      await sendPage(response, { kind: 'login', problem: null })
    })
    .post(
      '/login',
      express.urlencoded({ limit: '10kb' }),
      express.json({ limit: '10kb' }),
      async (request, response) => {
        const login = visitorSchema.safeParse(request.body)
        if (login.success) {
          keepSession(response, await sessions.signIn(login.data))
          return response.redirect(303, '/account')
        }
        response.status(422)
        await sendPage(response, { kind: 'login', problem: 'Please give a name of 1 to 80 characters.' })
      },
    )
    .post('/logout', async (request, response) => {
      const id = sessionIdOf(request)
      if (id !== undefined) await sessions.signOut(id)
      forgetSession(response)
      response.redirect(303, '/')
    })
}
