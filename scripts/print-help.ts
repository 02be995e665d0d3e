// Prints the help of every command to docs/commands.md; with --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { format, resolveConfig } from 'prettier'
import { createProgram } from '../src/cli.ts'

const path = join(import.meta.dirname, '..', 'docs', 'commands.md')

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  })
  command.outputHelp()
  return text.trimEnd()
}

function* sections(command: Command, words: readonly string[]): Generator<string> {
  const name = [...words, command.name()].join(' ')
  yield `## ${name}\n\n\`\`\`\n${helpOf(command)}\n\`\`\``
  for (const inner of command.commands) yield* sections(inner, [...words, command.name()])
}

const program = createProgram(() => Promise.resolve())
const text = await format(
  [
    '# Commands',
    'What every command says of itself with `--help`. This page is made by `npm run schema:print`; the same verbs are npm scripts (`package.json`) and, for operations, mutations of GraphQL.',
    ...sections(program, []),
  ].join('\n\n'),
  { ...(await resolveConfig(path)), filepath: path },
)
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('docs/commands.md is not what the commands say; run `npm run schema:print`.\n')
  process.exitCode = 1
}
