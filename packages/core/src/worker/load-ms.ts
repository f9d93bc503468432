/** So long a thread may take to load the file, in milliseconds; nobody who waits for a page has to. */
export const LOAD_MS = 60_000
