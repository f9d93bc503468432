/** Of the site, as a URL: a page that names none has browsers ask for /favicon.ico. */
export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%239f1239'/%3E%3Cpath d='M11 8.5v15l13-7.5z' fill='white'/%3E%3C/svg%3E"
