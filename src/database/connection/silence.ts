import type { Socket } from 'node:net'
import type { ClientBase, Pool, PoolClient } from 'pg'
import { isReadTimeout } from './connection-loss.ts'

type ClientOfConnection = ClientBase & { readonly connection: { readonly stream: Socket } }

/**
 * Closes a connection that has been silent for this long. After a failover without a reset, TCP alone would
 * keep trying for a quarter of an hour. Each byte restarts the timer, so long transfers are safe.
 * @param milliseconds longer than any statement takes to its first byte, and than the pool keeps idle
 * connections
 */
export function endWhenSilent(client: ClientBase, milliseconds: number): void {
  const { stream } = (client as ClientOfConnection).connection
  stream.setTimeout(milliseconds, () => stream.destroy(new SilentConnectionError(milliseconds)))
}

export function allowSilence(client: ClientBase, milliseconds: number): void {
  ;(client as ClientOfConnection).connection.stream.setTimeout(milliseconds)
}

/** Query option: the driver times out after this long, and the pool closes the connection. */
export function within(milliseconds: number): object {
  return { query_timeout: milliseconds } // which the type declarations leave out
}

/** Closes idle connections after one fell silent, so that callers do not time out on each in turn. */
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

/** Lets the process exit after the pool has ended, even if its connections' goodbyes get no response. */
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
