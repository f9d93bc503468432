import { readdirSync, readFileSync } from 'node:fs'

/**
 * Microseconds of CPU that a process of another program and all that it has started have used, by all of their threads that live. `stat` counts in ticks of
 * 10 ms, which is as much as some rounds take; what the scheduler itself counts is exact.
 */
export function cpuUsOf(pid: number): number {
  return [pid, ...descendantsOf(pid)].flatMap(threadsOf).reduce((sum, ns) => sum + ns, 0) / 1_000
}

function descendantsOf(pid: number): readonly number[] {
  const children = tasksOf(pid).flatMap((task) => numbersIn(`${task}/children`))
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** Nanoseconds, one of each thread. */
function threadsOf(pid: number): readonly number[] {
  return tasksOf(pid).flatMap((task) => numbersIn(`${task}/schedstat`).slice(0, 1))
}

function tasksOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`)
}

function numbersIn(path: string): readonly number[] {
  return readFileSync(path, 'utf8')
    .split(' ')
    .filter((word) => word.trim() !== '')
    .map(Number)
}
