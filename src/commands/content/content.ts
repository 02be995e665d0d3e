import { InvalidArgumentError, Option, type Command } from 'commander'
import { exportContentCommand, historyCommand, showContentCommand } from './read.ts'
import { importContentCommand, mirrorContentCommand, restoreContentCommand } from './write.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'

export function registerContent(program: Command, run: RunAction): void {
  const content = program.command('content').description('read, copy and restore content states')
  const verb = (name: string, description: string, examples: readonly string[]) =>
    content
      .command(name)
      .description(description)
      .addOption(
        new Option('--backend <name>', 'use only this backend instead of the active one').choices([
          'neon',
          'blob',
          'file',
        ]),
      )
      .option(...jsonOption)
      .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ kb content ${line}\n`).join('')}`)
  verb('show', 'show the current version or its content', [
    'show',
    'show --state',
    'show --pointer /constellation/nodes/0 --backend blob',
  ])
    .option('--version <number>', 'show this version instead of the current one', version)
    .option('--state', 'print the whole state instead of its metadata')
    .option('--pointer <pointer>', 'print a part of the state, by RFC 6901 pointer')
    .action((options: Parameters<typeof showContentCommand>[1]) => run(showContentCommand, options))
  verb('export', 'export the state as JSON, or the whole history as JSON lines', [
    'export --out state.json',
    'export --history --backend blob > history.jsonl',
  ])
    .option('--version <number>', 'show this version instead of the current one', version)
    .option('--history', 'every version with its state, oldest first, one per line')
    .option('--out <file>', 'write this file atomically; default: standard output')
    .action((options: Parameters<typeof exportContentCommand>[1]) => run(exportContentCommand, options))
  verb('import', 'save a state from a file as the next version; dry run by default', [
    'import --file state.json',
    'import --file state.json --expected-version 12 --note "fixed by hand" --apply',
  ])
    .requiredOption('--file <file>', 'the whole state as JSON; `-` is standard input')
    .option(
      '--expected-version <number>',
      'fail if another version is current; 0: nothing saved yet',
      version,
    )
    .option('--note <text>', 'reason for the history')
    .option('--apply', 'write; without this it is a dry run')
    .action((options: Parameters<typeof importContentCommand>[1]) => run(importContentCommand, options))
  verb('history', 'list versions, newest first', ['history', 'history --limit 100 --before 40'])
    .option('--limit <number>', 'how many', version, 20)
    .option('--before <number>', 'only versions below this one', version)
    .action((options: Parameters<typeof historyCommand>[1]) => run(historyCommand, options))
  verb('restore', 'save an old version as a new one; dry run by default', [
    'restore --version 7',
    'restore --version 7 --note "before the wrong import" --apply',
  ])
    .requiredOption('--version <number>', 'the version to restore', version)
    .option('--expected-version <number>', 'fail if another version is current', version)
    .option('--note <text>', 'reason for the history')
    .option('--apply', 'write; without this it is a dry run')
    .action((options: Parameters<typeof restoreContentCommand>[1]) => run(restoreContentCommand, options))
  content
    .command('mirror')
    .description('copy missing versions to the fallback; dry run by default')
    .option('--apply', 'copy; without this the missing versions are only counted')
    .option(...jsonOption)
    .addHelpText('after', '\nExamples:\n  $ kb content mirror\n  $ kb content mirror --apply\n')
    .action((options: Parameters<typeof mirrorContentCommand>[1]) => run(mirrorContentCommand, options))
}

function version(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}
