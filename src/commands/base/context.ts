import type { Readable, Writable } from 'node:stream'
import type { Log } from '../../log.ts'
import type { Settings } from '../../config.ts'

/** The input of every command; commands never touch the process itself. */
export interface CommandContext {
  readonly stdin: Readable
  readonly stdout: Writable
  /** Progress and logs; `isTTY` on a terminal. */
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly signal: AbortSignal
  readonly actor: string
  /** Raw environment, for the one command that validates it. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Throws a SettingsError with every problem. */
  readonly loadSettings: () => Settings
  readonly createLog: (settings: Settings) => Log
}

/** Returns the exit code. */
export type CommandAction<Options> = (context: CommandContext, options: Options) => Promise<number>
