import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Settings } from '../config.ts'
import type { CommandAction } from './base/context.ts'
import { exitCodes } from './base/exit-codes.ts'

/** Injected by the CLI: commands do not import the server. */
export type StartServer = (
  settings: Settings,
  log: undefined,
  options: { readonly signal: AbortSignal },
) => Promise<{ drain(): Promise<void>; stop(): Promise<void> }>

/** Draining takes up to 10 seconds; an unresponsive database must not delay the exit much longer. */
const longestStopMs = 15_000

/** `kb serve`: listens until told to stop, then drains and closes the database. */
export function createServeCommand(startServer: StartServer): CommandAction<object> {
  return async ({ loadSettings, signal, stderr }) => {
    const server = await startServer(loadSettings(), undefined, { signal }).catch((error: unknown) => {
      if (signal.aborted) return null
      throw error
    })
    if (server === null) return exitCodes.done
    if (!signal.aborted) await once(signal, 'abort')
    await server.drain()
    const isStopped = await Promise.race([
      server.stop().then(() => true),
      setTimeout(longestStopMs, false, { ref: false }),
    ])
    if (isStopped) return exitCodes.done
    stderr.write(
      `Shutdown took longer than ${longestStopMs / 1000} seconds, perhaps because the database does not respond; exiting now.\n`,
    )
    process.exit(exitCodes.failed)
  }
}
