import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** How a command ended, and all that it wrote. */
export interface Outcome {
  readonly exitCode: number | null
  readonly output: string
}

/** A client's own folder outside this project: the snippets of docs/conformance.md, the schema, and node_modules. */
export interface ClientProject {
  readonly folder: string
  path(name: string): string
  read(name: string): Promise<string>
  /** Plants a mistake: replaces a text, which must be there, in one of the files. */
  plant(name: string, text: string, replacement: string): Promise<void>
  /** Runs a program of node_modules/.bin in `subfolder`. */
  run(subfolder: string, program: string, ...options: string[]): Promise<Outcome>
  /** Type-checks a subfolder under `strict`. */
  compile(subfolder: string): Promise<Outcome>
  remove(): Promise<void>
}

/** Lays one out in the temporary folder; nothing that is generated comes near the repository. */
export async function createClientProject(): Promise<ClientProject> {
  const folder = await mkdtemp(join(tmpdir(), 'kb-client-'))
  const path = (name: string) => join(folder, name)
  const read = (name: string) => readFile(path(name), 'utf8')
  for (const [name, text] of await readSnippets()) {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), text)
  }
  await cp(join(root, 'schema.graphql'), path('schema.graphql'))
  await symlink(join(root, 'node_modules'), path('node_modules'), 'junction')
  await writeFile(path('package.json'), JSON.stringify({ type: 'module', private: true }))

  const run: ClientProject['run'] = (subfolder, program, ...options) =>
    runToEnd(join(root, 'node_modules/.bin', program), options, path(subfolder))
  return {
    folder,
    path,
    read,
    async plant(name, text, replacement) {
      const before = await read(name)
      if (!before.includes(text)) throw new Error(`${name} has no ${text}`)
      await writeFile(path(name), before.replaceAll(text, replacement))
    },
    run,
    async compile(subfolder) {
      await writeFile(path(`${subfolder}/tsconfig.json`), JSON.stringify({ compilerOptions, include: ['.'] }))
      return run(subfolder, 'tsc', '--project', '.')
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
  target: 'ES2024',
  lib: ['ES2024', 'DOM', 'DOM.AsyncIterable', 'DOM.Iterable'],
  types: [],
  module: 'preserve',
  moduleResolution: 'bundler',
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
}

/** Fenced blocks whose opening line names a file: "```ts apollo/countries.ts". */
async function readSnippets(): Promise<[name: string, text: string][]> {
  const page = await readFile(join(root, 'docs/conformance.md'), 'utf8')
  return [...page.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name, text]) => [name!, text!])
}

/** A user's, with this Node. Of Vitest's variables nothing: graphql-codegen says less where it finds them. */
const env = {
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  HOME: process.env['HOME'],
  NO_COLOR: '1',
}

function runToEnd(command: string, options: string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, options, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 90_000 })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('close', (exitCode) => resolve({ exitCode, output }))
  })
}
