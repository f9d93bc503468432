// What pages are tagged with, and what an edit names: spelled in one place, because a tag that is written one way and
// invalidated another fails silently.

export const filmTag = (id: number): string => `movie:${id}`
export const directorTag = (slug: string): string => `director:${slug}`
export const genreTag = (slug: string): string => `genre:${slug}`
/** Lists whose members or order an edit of any film may change. */
export const listingTag = (name: 'home' | 'search'): string => `listing:${name}`
