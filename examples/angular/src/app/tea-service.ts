import { HttpClient, HttpErrorResponse } from '@angular/common/http'
import { Injectable, inject } from '@angular/core'
import { catchError, type Observable, of } from 'rxjs'
import type { Tea } from './tea.ts'

@Injectable({ providedIn: 'root' })
export class TeaService {
  readonly #http = inject(HttpClient)

  list(): Observable<readonly Tea[]> {
    return this.#http.get<readonly Tea[]>('/api/teas')
  }

  /** `null` where there is no such tea; any other failure is the API's. */
  find(slug: string): Observable<Tea | null> {
    return this.#http.get<Tea>(`/api/teas/${encodeURIComponent(slug)}`).pipe(
      catchError((error: unknown) => {
        if (error instanceof HttpErrorResponse && error.status === 404) return of(null)
        throw error
      }),
    )
  }
}
