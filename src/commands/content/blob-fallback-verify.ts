import type { Command } from 'commander'
import { verifyBlobFallback } from '../../ops/content/verify-blob-fallback.ts'
import { storageAction } from '../base/operation-action.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'

export function registerBlob(program: Command, run: RunAction): void {
  program
    .command('blob')
    .description('the content state in Vercel Blob')
    .command('fallback-verify')
    .description('read the content state from Blob alone, compare it with the database, rehearse an outage')
    .option('--no-outage', 'skip the outage rehearsal')
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nNeeds BLOB_READ_WRITE_TOKEN. With DATABASE_URL or POSTGRES_URL both sides are compared; the embedded database is not.\n' +
        '\nExamples:\n  $ kb blob fallback-verify\n  $ kb blob fallback-verify --json --no-outage\n',
    )
    .action((options: { json?: boolean; outage: boolean }) =>
      run(
        storageAction('Blob fallback', (ctx, { outage }: { outage: boolean }) =>
          verifyBlobFallback(ctx, { simulateOutage: outage }),
        ),
        options,
      ),
    )
}
