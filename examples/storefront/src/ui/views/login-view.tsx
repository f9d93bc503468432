import type { ReactElement } from 'react'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'

export function LoginView({ problem }: { readonly problem: string | null }): ReactElement {
  return (
    <>
      <Breadcrumbs trail={[]} here="Sign in" />
      <form className="panel" method="post" action="/login">
        <h1>Sign in</h1>
        <p className="quiet">Any name will do: this shop asks for no password.</p>
        {problem !== null && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <label>
          Your name
          <input name="name" required maxLength={80} autoComplete="name" />
        </label>
        <button type="submit">Sign in</button>
      </form>
    </>
  )
}
