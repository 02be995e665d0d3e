import type { Socket } from 'node:net'
import type { ClientBase, Pool, PoolClient } from 'pg'
import { isReadTimeout } from './connection-loss.ts'

/** What the type declarations leave out. */
type ClientOfConnection = ClientBase & { readonly connection: { readonly stream: Socket } }

/**
 * Ends a connection on which nothing comes or goes for this long. A failover may leave connections open on which nobody answers,
 * without a reset: TCP alone would try for a quarter of an hour. Each byte begins the time anew, so a long transfer is no silence.
 *
 * @param milliseconds longer than any statement may take before its first byte comes, and than the pool keeps an idle connection
 */
export function endWhenSilent(client: ClientBase, milliseconds: number): void {
  const { stream } = (client as ClientOfConnection).connection
  stream.setTimeout(milliseconds, () => stream.destroy(new SilentConnectionError(milliseconds)))
}

/** Another bound on the silence of a connection, for work whose first row takes its time. */
export function allowSilence(client: ClientBase, milliseconds: number): void {
  ;(client as ClientOfConnection).connection.stream.setTimeout(milliseconds)
}

/**
 * Part of a statement that the driver shall give up after this time, whatever the connection does; a pool ends the connection then.
 *
 * @example pool.query({ text: 'SELECT 1', ...within(5000) })
 */
export function within(milliseconds: number): object {
  return { query_timeout: milliseconds } // which the type declarations leave out
}

/**
 * Where one connection of a pool fell silent, the idle ones are suspects: they are ended, so that not each of them keeps somebody
 * waiting in turn. Those that are at work have a bound of their own.
 */
export function suspectIdleOnes(pool: Pool): void {
  pool.on('release', (error: Error | boolean | undefined) => {
    if (!isSilence(error)) return
    for (let left = pool.idleCount; left > 0; left--)
      pool.connect((_refused, client, release) => {
        release(true)
        ;(client as (PoolClient & ClientOfConnection) | undefined)?.connection.stream.destroy()
      })
  })
}

/** A pool that has ended keeps the process alive no longer, though nobody answers when its connections take leave. */
export function endWithoutAnswer(pool: Pool): void {
  const open = new Set<Socket>()
  pool.on('connect', (client) => {
    const { stream } = (client as unknown as ClientOfConnection).connection
    open.add(stream)
    stream.once('close', () => open.delete(stream))
  })
  const end = pool.end.bind<() => Promise<void>>(pool)
  pool.end = async () => {
    await end()
    for (const stream of open) stream.unref()
  }
}

function isSilence(error: unknown): boolean {
  return error instanceof SilentConnectionError || isReadTimeout(error)
}

class SilentConnectionError extends Error {
  override readonly name = 'SilentConnectionError'
  readonly code = 'ETIMEDOUT'

  constructor(milliseconds: number) {
    super(`The database said nothing for ${milliseconds / 1000} seconds, so the connection was ended.`)
  }
}
