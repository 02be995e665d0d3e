import { checkLedger } from '../../../src/ops/migrations/check-ledger.ts'
import { inspect, type FaultDatabase, type FaultServer } from './fault-database.ts'
import { runAgain, type Runner, type RunEnd, type RunRequest } from './runner.ts'

/** What a scenario is given: a fresh database with the migration not yet run. */
export interface Bench {
  readonly server: FaultServer
  readonly database: FaultDatabase
  readonly runner: Runner
  readonly isQuick: boolean
  run(request?: Partial<RunRequest>): Promise<RunEnd>
  request(request?: Partial<RunRequest>): RunRequest
  /** What is wrong with what is there, if it is neither of these. */
  expectState(when: string, ...allowed: ('before' | 'after')[]): Promise<string[]>
  /** Runs it once more, as somebody would who saw the failure, and unlocks nothing. It must end with all done, once. */
  expectRecovery(when: string, request?: Partial<RunRequest>): Promise<string[]>
}

/** A row of the table: one thing that goes wrong, and what must be true afterwards. */
export interface Scenario {
  readonly name: string
  /** Why it cannot be run on this machine; null if it can. */
  readonly skip?: () => string | null
  /** How many runs, or kills, it is made of. */
  readonly size: (isQuick: boolean) => number
  /** @returns every bad state that it saw */
  readonly run: (bench: Bench) => Promise<string[]>
}

export function createBench(
  server: FaultServer,
  database: FaultDatabase,
  runner: Runner,
  isQuick: boolean,
): Bench {
  const request: Bench['request'] = (changes = {}) => ({
    url: database.url,
    folder: database.folder.path,
    apply: true,
    ...changes,
  })
  const expectState: Bench['expectState'] = async (when, ...allowed) => {
    const state = await inspect(database.pool)
    return (allowed as string[]).includes(state) ? [] : [`${when}: ${state}, not ${allowed.join(' or ')}`]
  }
  return {
    server,
    database,
    runner,
    isQuick,
    request,
    run: (changes) => runner.run(request(changes)),
    expectState,
    async expectRecovery(when, changes) {
      const end = await withLimit(runAgain(runner, request(changes)), 30_000)
      if (end === null) return [`${when}: the next run hangs`]
      const problems = end.exit === 0 ? [] : [`${when}: the next run ends with ${end.exit} (${end.message})`]
      problems.push(...(await expectState(`${when}, after the next run`, 'after')))
      // The naive ledger has no chain to be broken.
      if (runner.name === 'naive') return problems
      const { findings } = await checkLedger({ pool: database.pool }, { folder: database.folder.path })
      return [...problems, ...findings.map(({ message }) => `${when}: ${message}`)]
    },
  }
}

/** Null if it takes longer. */
export async function withLimit<Result>(work: Promise<Result>, ms: number): Promise<Result | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)))
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** A problem unless the run ended with one of these exit codes. */
export function expectExit(when: string, end: RunEnd | null, ...allowed: number[]): string[] {
  if (end === null) return [`${when}: it hangs`]
  return allowed.includes(end.exit)
    ? []
    : [`${when}: exit ${end.exit}, not ${allowed.join(' or ')} (${end.message})`]
}
