import type { Readable, Writable } from 'node:stream'
import type { Log } from '../../log.ts'
import type { Settings } from '../../config.ts'

/** What a command is handed: it reaches for nothing of the process itself. */
export interface CommandContext {
  readonly stdin: Readable
  /** Results only. */
  readonly stdout: Writable
  /** Progress and logs; `isTTY` if a person looks on. */
  readonly stderr: Writable & { readonly isTTY?: boolean }
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** Who runs it, for summaries and histories. */
  readonly actor: string
  /** The variables of the process, for the one command that judges them. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Reads the environment; throws a SettingsError that names every mistake. */
  readonly loadSettings: () => Settings
  readonly createLog: (settings: Settings) => Log
}

/** A command says how it ended by the exit code of the process. */
export type CommandAction<Options> = (context: CommandContext, options: Options) => Promise<number>
