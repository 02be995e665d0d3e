import { InvalidArgumentError, Option, type Command } from 'commander'
import { exportContentCommand, historyCommand, showContentCommand } from './read.ts'
import { importContentCommand, mirrorContentCommand, restoreContentCommand } from './write.ts'
import { jsonOption, type RunAction } from '../base/run-action.ts'

export function registerContent(program: Command, run: RunAction): void {
  const content = program.command('content').description('the content state: read it, move it, go back')
  const verb = (name: string, description: string, examples: readonly string[]) =>
    content
      .command(name)
      .description(description)
      .addOption(
        new Option('--backend <name>', 'this backend alone, instead of the active one').choices([
          'neon',
          'blob',
          'file',
        ]),
      )
      .option(...jsonOption)
      .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ kb content ${line}\n`).join('')}`)
  verb('show', 'the current version, or what is in it', [
    'show',
    'show --state',
    'show --pointer /constellation/nodes/0 --backend blob',
  ])
    .option('--version <number>', 'another version than the current one', version)
    .option('--state', 'the whole state instead of its facts')
    .option('--pointer <pointer>', 'a part of the state, by RFC 6901 pointer')
    .action((options: Parameters<typeof showContentCommand>[1]) => run(showContentCommand, options))
  verb('export', 'the state as JSON, or the whole history as JSON lines', [
    'export --out state.json',
    'export --history --backend blob > history.jsonl',
  ])
    .option('--version <number>', 'another version than the current one', version)
    .option('--history', 'every version with its state, the oldest first, one a line')
    .option('--out <file>', 'write there, as a whole or not at all; without it to standard output')
    .action((options: Parameters<typeof exportContentCommand>[1]) => run(exportContentCommand, options))
  verb('import', 'save a state from a file as the next version; a dry run unless told to apply', [
    'import --file state.json',
    'import --file state.json --expected-version 12 --note "fixed by hand" --apply',
  ])
    .requiredOption('--file <file>', 'the whole state as JSON; `-` is standard input')
    .option(
      '--expected-version <number>',
      'refuse if another version is current; 0: nothing saved yet',
      version,
    )
    .option('--note <text>', 'why, for the history')
    .option('--apply', 'write; without it everything is checked and nothing written')
    .action((options: Parameters<typeof importContentCommand>[1]) => run(importContentCommand, options))
  verb('history', 'the versions, the newest first', ['history', 'history --limit 100 --before 40'])
    .option('--limit <number>', 'how many', version, 20)
    .option('--before <number>', 'only versions below this one', version)
    .action((options: Parameters<typeof historyCommand>[1]) => run(historyCommand, options))
  verb('restore', 'take an old version up again as a new one; a dry run unless told to apply', [
    'restore --version 7',
    'restore --version 7 --note "before the wrong import" --apply',
  ])
    .requiredOption('--version <number>', 'whose state shall be current', version)
    .option('--expected-version <number>', 'refuse if another version is current', version)
    .option('--note <text>', 'why, for the history')
    .option('--apply', 'write; without it everything is checked and nothing written')
    .action((options: Parameters<typeof restoreContentCommand>[1]) => run(restoreContentCommand, options))
  content
    .command('mirror')
    .description('bring the versions that the fallback lacks over; a dry run unless told to apply')
    .option('--apply', 'write; without it the missing versions are counted')
    .option(...jsonOption)
    .addHelpText('after', '\nExamples:\n  $ kb content mirror\n  $ kb content mirror --apply\n')
    .action((options: Parameters<typeof mirrorContentCommand>[1]) => run(mirrorContentCommand, options))
}

function version(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}
