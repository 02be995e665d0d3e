import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { AppError } from '../../errors.ts'
import { importContent } from '../../ops/content/import.ts'
import { mirrorContent } from '../../ops/content/mirror.ts'
import type { OperationSummary } from '../../ops/run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../../ops/run/context.ts'
import { restoreContent } from '../../ops/content/restore.ts'
import type { CommandAction, CommandContext } from '../base/context.ts'
import type { ContentOptions } from './read.ts'
import { operationAction, storageAction } from '../base/operation-action.ts'

interface WriteOptions extends ContentOptions {
  readonly expectedVersion?: number
  readonly note?: string
  readonly apply?: boolean
}
interface ImportOptions extends WriteOptions {
  readonly file: string
}
interface RestoreOptions extends WriteOptions {
  readonly version: number
}

export const importContentCommand: CommandAction<ImportOptions> = async (context, { file, ...options }) => {
  const content = await readInput(context, file)
  return runOn(context, 'Import', options, (ctx) =>
    importContent(ctx, { ...options, text: content, source: file }),
  )
}

export const restoreContentCommand: CommandAction<RestoreOptions> = (context, options) =>
  runOn(context, 'Restore', options, (ctx) => restoreContent(ctx, options))

export const mirrorContentCommand: CommandAction<WriteOptions> = (context, options) =>
  runOn(context, 'Mirror', options, (ctx) => mirrorContent(ctx, options))

async function readInput({ stdin }: CommandContext, file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = file === '-' ? await buffer(stdin) : await readFile(file)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new AppError('BAD_REQUEST', `--file ${file} cannot be read (${reason}).`, {}, error)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    // A lenient decoder would silently turn every invalid byte into U+FFFD.
    throw new AppError('BAD_REQUEST', `--file ${file} is not UTF-8.`, {}, error)
  }
}

/** Starts the embedded database only if it stores the content state. */
function runOn(
  context: CommandContext,
  title: string,
  options: ContentOptions,
  verb: (ctx: OptionalDatabase<OpsContext>) => Promise<OperationSummary>,
): Promise<number> {
  const backend = options.backend ?? context.loadSettings().adminStorageBackend
  const action = backend === 'neon' ? operationAction(title, verb) : storageAction(title, verb)
  return action(context, options)
}
