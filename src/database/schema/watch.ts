import type { Pool } from 'pg'
import { pause } from '../../domain/signal.ts'
import type { DatabaseLog } from '../connection/database-log.ts'
import { readDatabaseState, type DatabaseState } from './database-state.ts'

export interface SchemaWatch {
  look(): Promise<DatabaseState>
  stop(): Promise<void>
}

/** Checks regularly whether this build still fits its database, and logs changes. */
export function createSchemaWatch(pool: Pool, log: DatabaseLog, everyMs = 30_000): SchemaWatch {
  const stopping = new AbortController()
  let told = ''
  let hasFitted = false

  async function look(): Promise<DatabaseState> {
    const state = await readDatabaseState(pool)
    if (!state.isReachable) return state
    hasFitted ||= state.problem === null
    const news = hasFitted ? tell(state) : ''
    if (news !== told) log.warn(news || 'The schema of the database fits this build again.')
    told = news
    return state
  }

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(everyMs, stopping.signal)
      if (!stopping.signal.aborted) await look()
    }
  }
  const watching = watch()

  return {
    look,
    async stop() {
      stopping.abort()
      await watching
    },
  }
}

function tell({ problem, newer }: DatabaseState): string {
  if (problem !== null)
    return `The schema of the database no longer fits this build (${problem}): /readyz says \`not ready\`. Start a build that fits it.`
  if (newer.length > 0)
    return `A newer build has migrated the database (${newer.join(', ')}); this one goes on until it is replaced.`
  return ''
}
