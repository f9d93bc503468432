import type { Ending, Style } from '../terminal.ts'
import { courseOf } from './course.ts'
import { diagnose, isHealthy } from './diagnosis.ts'
import type { DoctorCommand } from './inquiry.ts'
import { jsonReport, report } from './report.ts'

/**
 * Asks the app, and says what was found.
 * @throws Unreachable where it cannot be asked.
 */
export async function consult({ inquiry, json }: DoctorCommand, style: Style): Promise<Ending> {
  const course = await courseOf(inquiry)
  const diagnosis = diagnose(course)
  const text = json ? jsonReport(course, diagnosis) : report(course, diagnosis, style)
  return { text, code: isHealthy(diagnosis) ? 0 : 1 }
}
