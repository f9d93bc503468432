// A module that waits for what never comes.
await new Promise(() => setInterval(() => {}, 1_000))

export default (): Response => new Response()
