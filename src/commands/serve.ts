import { once } from 'node:events'
import type { Settings } from '../config.ts'
import type { CommandAction } from './command-context.ts'
import { exitCodes } from './exit-codes.ts'

/** The server, handed in by the door: commands do not know it. */
export type StartServer = (
  settings: Settings,
  log: undefined,
  options: { readonly signal: AbortSignal },
) => Promise<{ stop(): Promise<void> }>

/** `kb serve`: listens until the process is told to stop, then ends what is in flight and closes the database. */
export function createServeCommand(startServer: StartServer): CommandAction<object> {
  return async ({ loadSettings, signal }) => {
    const server = await startServer(loadSettings(), undefined, { signal }).catch((error: unknown) => {
      if (signal.aborted) return null
      throw error
    })
    if (server === null) return exitCodes.done
    if (!signal.aborted) await once(signal, 'abort')
    await server.stop()
    return exitCodes.done
  }
}
