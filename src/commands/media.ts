import type { Command } from 'commander'
import { rebuildDerivatives, type RebuildOptions } from '../ops/load/rebuild-derivatives.ts'
import { operationAction, type OperationOptions } from './base/operation-action.ts'
import { jsonOption, type RunAction } from './base/run-action.ts'

export function registerMedia(program: Command, run: RunAction): void {
  program
    .command('media')
    .description('pictures and their renditions')
    .command('rebuild')
    .description('render missing and stale renditions; dry run by default')
    .option('--all', 'also render current ones')
    .option('--apply', 'render; without this they are only counted')
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
