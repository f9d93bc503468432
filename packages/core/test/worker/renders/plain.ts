// Needs none of this package's sources.
export default (): Response => Response.json(process.execArgv)
