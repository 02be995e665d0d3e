import type { Command } from 'commander'
import { rebuildDerivatives, type RebuildOptions } from '../ops/load/rebuild-derivatives.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerMedia(program: Command, run: RunAction): void {
  program
    .command('media')
    .description('pictures and what is made of them')
    .command('rebuild')
    .description('make missing and stale renditions anew; a dry run unless told to apply')
    .option('--all', 'also those that are up to date')
    .option('--apply', 'make them; without it they are counted')
    .option(...jsonOption)
    .action(
      ({ all, ...options }: { readonly all?: boolean } & Pick<RebuildOptions, 'apply'> & OperationOptions) =>
        run(
          operationAction('Derivatives', (ctx) =>
            rebuildDerivatives(ctx, { apply: options.apply, onlyStale: all !== true }),
          ),
          options,
        ),
    )
}
