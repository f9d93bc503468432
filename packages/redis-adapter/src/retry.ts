/** How long to wait before the nth attempt to connect: soon at first, then about once a second, never all processes at the same moment. */
export function retryDelay(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), 1_000) * (1 + Math.random() / 4)
}

/** Calls again later, and later still while nothing comes of it. Its timer does not keep the process alive. */
export class PatientRetry {
  readonly #run: () => void
  #attempts = 0
  #timer: NodeJS.Timeout | undefined

  constructor(run: () => void) {
    this.#run = run
  }

  get isWaiting(): boolean {
    return this.#timer !== undefined
  }

  later(): void {
    this.stop()
    const run = (): void => {
      this.#timer = undefined
      this.#run()
    }
    this.#timer = setTimeout(run, retryDelay(++this.#attempts)).unref()
  }

  succeeded(): void {
    this.#attempts = 0
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
