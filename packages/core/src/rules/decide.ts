import type { PageState } from './freshness.ts'

/** What is kept under a key: a page in some state, a hit-for-miss mark, or nothing. */
export type KeptState = PageState | 'none' | 'marked'

/** Everything that the table of states asks about. */
export interface Situation {
  /** `ending`: fresh, in the last part of its lifetime, where that starts refreshes. */
  readonly kept: KeptState | 'ending'
  /** Somebody renders this key, under a generation that is good enough for whoever asks. */
  readonly rendering: boolean
  /** A failure is recent: no render is tried while something may be served instead. */
  readonly resting: boolean
}

/**
 * What to do with a request. `serve` is fresh; `refresh-ahead` serves that and renders in the background; `serve-stale` says nothing else is to be done;
 * `refresh` serves stale and renders in the background; `render` and `follow` wait (if that fails, what is kept stands in while a window is open);
 * `render-alone` shares with nobody.
 */
export type Decision =
  | { readonly kind: 'serve' }
  | { readonly kind: 'refresh-ahead' }
  | { readonly kind: 'serve-stale' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'render' }
  | { readonly kind: 'follow' }
  | { readonly kind: 'render-alone' }

/** The table of states: what is kept, and whether somebody renders, decide alone. */
export function decide({ kept, rendering, resting }: Situation): Decision {
  switch (kept) {
    case 'fresh':
      return SERVE
    case 'ending':
      return rendering || resting ? SERVE : REFRESH_AHEAD
    case 'stale':
      return rendering || resting ? SERVE_STALE : REFRESH
    case 'error':
      if (rendering) return FOLLOW
      return resting ? SERVE_STALE : RENDER
    case 'marked':
      return RENDER_ALONE
    default:
      return rendering ? FOLLOW : RENDER
  }
}

// One object per decision: a hit allocates nothing here.
const SERVE: Decision = Object.freeze({ kind: 'serve' })
const REFRESH_AHEAD: Decision = Object.freeze({ kind: 'refresh-ahead' })
const SERVE_STALE: Decision = Object.freeze({ kind: 'serve-stale' })
const REFRESH: Decision = Object.freeze({ kind: 'refresh' })
const RENDER: Decision = Object.freeze({ kind: 'render' })
const FOLLOW: Decision = Object.freeze({ kind: 'follow' })
const RENDER_ALONE: Decision = Object.freeze({ kind: 'render-alone' })
