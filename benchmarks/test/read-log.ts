// Reads a log to its end as a replay does, in a process of its own, and prints what it had and the most memory that was held meanwhile.
import { inputFile } from '../src/command-line/input-file.ts'
import { LogReader } from '../src/replay/log-reader.ts'
import { surveyLog } from '../src/replay/log-survey.ts'

const EVERY = 50_000

const file = await inputFile(process.argv[2] ?? '')
const surveyed = await surveyLog(file)
const reader = new LogReader(file)
let visits = 0
let mostBytes = 0
for await (const _ of reader.visits()) {
  visits++
  if (visits % EVERY > 0) continue
  const { heapUsed, external } = process.memoryUsage()
  mostBytes = Math.max(mostBytes, heapUsed + external)
}
console.log(JSON.stringify({ surveyed, lines: reader.lines, visits, mostBytes }))
