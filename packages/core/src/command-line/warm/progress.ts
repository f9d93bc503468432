import type { WarmProgress } from '../../warm/warm-up.ts'
import type { Output, Terminal } from '../terminal.ts'

/** Shows on stderr how far a warm-up is. */
export interface Progress {
  show(progress: WarmProgress): void
  /** Takes away what is shown, so that something else can be printed. */
  clear(): void
}

/** One line that is written over on a terminal; elsewhere a line for each tenth. */
export function progressOn({ stderr, env }: Pick<Terminal, 'stderr' | 'env'>): Progress {
  return stderr.isTTY === true && env['TERM'] !== 'dumb' ? bar(stderr) : lines(stderr)
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = { show() {}, clear() {} }

const WIDTH = 30
const CLEAR_LINE = '\r\u001b[K'

function bar(output: Output): Progress {
  return {
    show({ done, total, failed }) {
      const full = Math.floor((done / total) * WIDTH)
      const failures = failed > 0 ? `, ${failed} failed` : ''
      const line = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${done} of ${total}${failures}`
      // A line that wraps could not be written over. Some terminals say that they have no columns.
      output.write(CLEAR_LINE + line.slice(0, (output.columns || 80) - 1))
    },
    clear() {
      output.write(CLEAR_LINE)
    },
  }
}

function lines(output: Output): Progress {
  return {
    show({ done, total }) {
      if (done % Math.ceil(total / 10) === 0 || done === total) output.write(`asked ${done} of ${total}\n`)
    },
    clear() {},
  }
}
