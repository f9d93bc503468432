/** What ends a command for a reason that its one line tells in full: no stack is shown. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError'
}

/** Who is at the command line has written something that there is not. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError'
}
