import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.ts'
import { isBuilt } from './built-fields.ts'

interface ServiceAnswer {
  readonly data: { readonly service: { readonly snapshot: object | null } }
}
const request = {
  path: '/graphql',
  body: JSON.stringify({ query: '{ service { snapshot { version } } }' }),
}
const longestMs = 60_000

/**
 * Wait until a server answers from the graph in memory, which it loads once it listens. Nothing to wait for where this version
 * has none.
 *
 * @throws Error where it still asks the database after a minute
 */
export async function waitForSnapshot(url: string, signal: AbortSignal): Promise<void> {
  if (!isBuilt('Service', 'snapshot')) return
  for (const started = performance.now(); performance.now() - started < longestMs; await sleep(50)) {
    signal.throwIfAborted()
    const { data } = (await ask(url, request)) as ServiceAnswer
    if (data.service.snapshot !== null) return
  }
  throw new Error(
    `${url} has no graph in memory after ${longestMs / 1000} seconds; is KB_SNAPSHOT_MAX_MB too small for WordNet?`,
  )
}
