import type { Pool } from 'pg'
import { readSchemaState } from './state.ts'

export interface DatabaseState {
  readonly isReachable: boolean
  readonly problem: string | null
  readonly newer: readonly string[]
}

/** Waits at most `waitMs`; a slower database counts as unreachable. Never throws. */
export async function readDatabaseState(pool: Pool, waitMs = 1000): Promise<DatabaseState> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), waitMs)
  })
  const state = await Promise.race([readSchemaState(pool).catch(() => null), tooLate])
  clearTimeout(timer)
  if (state === null) return { isReachable: false, problem: null, newer: [] }
  const wrong = [
    ['pending', state.pending],
    ['failed', state.failed],
    ['edited', state.edited],
    ['newer than this build', state.unknown.filter((name) => !state.compatible.includes(name))],
  ] as const
  const problems = wrong
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`)
  return {
    isReachable: true,
    problem: problems.length > 0 ? problems.join('; ') : null,
    newer: state.compatible,
  }
}
