import type { Pool } from 'pg'
import type { AuditSource } from '../../database/access/audit.ts'
import { readRun, type OperationRun } from '../../database/operations/runs.ts'
import { actorName } from '../../domain/access/role.ts'
import { OperationError } from './error.ts'
import type { OperationSummary } from './summary.ts'
import type { OpsContext } from './context.ts'

export interface StartedOperation {
  readonly run: OperationRun
  readonly summary: OperationSummary | null
}

/** Starts operations for callers with a limited wait, and stops them with the process. */
export interface OperationStarter {
  /** Runs a verb and audits the caller. Returns when the verb ends or after the maximum wait. */
  start(
    asked: { readonly source: AuditSource; readonly operation: string },
    verb: (ctx: OpsContext) => Promise<OperationSummary>,
  ): Promise<StartedOperation>
  stop(): Promise<void>
}

export interface StarterOptions {
  /** Opened on first use: a server without operators needs no such connections. */
  readonly openContext: () => Pick<OpsContext, 'pool' | 'storage' | 'settings' | 'log' | 'now'>
  readonly longestWaitMs?: number
}

/** An operation started over GraphQL responds within 20 seconds. */
const defaultWaitMs = 20_000

export function createOperationStarter({
  openContext,
  longestWaitMs = defaultWaitMs,
}: StarterOptions): OperationStarter {
  const controller = new AbortController()
  const running = new Set<Promise<unknown>>()
  return {
    async start(asked, verb) {
      const opened = openContext()
      const { promise: started, resolve: onRunStarted } = Promise.withResolvers<string>()
      const work = verb({
        ...opened,
        actor: actorName(asked.source.door, asked.source.actor),
        audit: asked,
        signal: controller.signal,
        onProgress: () => undefined,
        onRunStarted,
      })
      running.add(work)
      void work.catch(() => undefined).finally(() => running.delete(work))
      const summary = await waitAtMost(work, longestWaitMs)
      if (summary !== null) return { run: await readKept(opened.pool, summary.runId, summary), summary }
      return { run: await readKept(opened.pool, await started, null), summary: null }
    },
    async stop() {
      controller.abort(
        new OperationError(
          'failed',
          'canceled',
          'The server stopped; this run was rolled back. Run it again.',
        ),
      )
      await Promise.allSettled(running)
    },
  }
}

async function waitAtMost<Value>(work: Promise<Value>, milliseconds: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), milliseconds)
  })
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer))
}

async function readKept(
  pool: Pool,
  id: string | null,
  summary: OperationSummary | null,
): Promise<OperationRun> {
  const run = id === null ? null : await readRun(pool, id)
  if (run !== null) return run
  const reason = summary?.warnings.at(-1) ?? 'its record is gone'
  throw new OperationError('failed', 'failed', `The operation ran, but ${reason}`)
}
