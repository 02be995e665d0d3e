#!/usr/bin/env node
// Stands in for Prisma's native schema engine, which is not on npm: the same JSON-RPC over standard input and
// output, answered by @prisma/schema-engine-wasm. Prisma's CLI starts it when PRISMA_SCHEMA_ENGINE_BINARY names it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { createAdapterFactory } from './prisma/adapter-factory.mjs'
import { connectionFields, createDatabase, withClient } from './prisma/connection.mjs'
import { engineError, migrationFailure } from './prisma/engine-error.mjs'
import { lastPanic, loadSchemaEngine } from './prisma/wasm-engine.mjs'

const argv = process.argv.slice(2)
const valuesOf = (flag) => argv.flatMap((argument, index) => (argument === flag ? [argv[index + 1]] : []))
const datasource = JSON.parse(valuesOf('--datasource')[0] ?? '{}')

if (argv.includes('--version')) {
  const { enginesVersion } = createRequire(import.meta.url)('@prisma/engines-version')
  console.log(`schema-engine-wasm ${enginesVersion}`)
} else if (argv.includes('cli')) {
  await runDatabaseCommand(argv[argv.indexOf('cli') + 1])
} else {
  await serve()
}
process.exit()

/** `cli can-connect-to-database` and `cli create-database`, which the CLI calls apart from the JSON-RPC. */
async function runDatabaseCommand(command) {
  try {
    if (command === 'create-database') await createDatabase(datasource.url)
    else if (command === 'can-connect-to-database') {
      await withClient(connectionFields(datasource.url), (client) => client.query('SELECT 1'))
    } else throw new Error(`The command "cli ${command}" is not known to this engine.`)
  } catch (error) {
    const { code, message } = engineError(error, datasource.url)
    const line = {
      level: 'ERROR',
      target: 'schema_engine::logger',
      fields: { message, error_code: code ?? 'P1010' },
    }
    // The CLI drops the first line of standard error (the native engine logs one there) and reads JSON after it.
    process.stderr.write(`schema-engine-wasm\n${JSON.stringify(line)}`)
    process.exitCode = 1
  }
}

async function serve() {
  let engine
  let scriptError // the database's own words about the last script, for P3018
  let openRequest // the id that still waits for its answer; the CLI asks one thing at a time

  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const answer = (id, body) => {
    if (openRequest !== id) return
    openRequest = undefined
    send({ id, ...body })
  }
  const refuse = (id, { code, message }, meta = null) => {
    const data = { is_panic: false, message, error_code: code ?? null, meta }
    answer(id, {
      error: { code: 4466, message: 'An error happened. Check the data field for details.', data },
    })
  }

  // An engine that dies with a request open lets the CLI exit 0 in silence. So whatever goes wrong is answered
  // first, and the process then ends in failure.
  const crash = (error) => {
    process.exitCode = 1
    refuse(openRequest, { message: `The schema engine crashed: ${lastPanic() ?? error?.stack ?? error}` })
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)

  const createEngine = async () => {
    const datamodels = valuesOf('--datamodels').map((file) => [file, readFileSync(file, 'utf8')])
    const factory = createAdapterFactory(
      datasource.url || 'postgresql://localhost/postgres', // generate and validate name none
      datasource.shadowDatabaseUrl,
      (error) => (scriptError = error),
    )
    const SchemaEngine = await loadSchemaEngine()
    const log = (line) => process.env.DEBUG && process.stderr.write(`${line}\n`)
    return SchemaEngine.new({ datamodels: datamodels.length > 0 ? datamodels : undefined }, log, factory)
  }
  const getEngine = () => (engine ??= createEngine())
  const methods = {
    // The CLI ignores `stdout` of the answer; the native engine has the client print it.
    diff: async (params) => {
      const { stdout, exitCode } = await (await getEngine()).diff(params)
      if (stdout) send({ id: 1_000_000, method: 'print', params: { content: stdout } })
      return { exitCode, stdout: null }
    },
    // The engine replays the history into a shadow database here only by its cache: with migrations just applied it
    // has none and refuses ("must be provided through an external factory"). A diagnosis fills the cache.
    evaluateDataLoss: async ({ migrationsList, filters, ...rest }) => {
      await (await getEngine()).devDiagnostic({ migrationsList, filters })
      return (await getEngine()).evaluateDataLoss({ migrationsList, filters, ...rest })
    },
    createDatabase: async () => ({ databaseName: await createDatabase(datasource.url) }),
    getDatabaseVersion: async () => (await getEngine()).version(),
  }
  const run = async (method, params) => {
    if (methods[method]) return methods[method](params)
    const current = await getEngine()
    if (typeof current[method] !== 'function')
      throw new Error(`The method ${method} is not known to this engine.`)
    return current[method](params)
  }

  const receive = (line) => {
    const { id, method, params } = JSON.parse(line)
    if (method === undefined) return // the CLI's receipt for a `print`
    openRequest = id
    run(method, params).then(
      (result) => answer(id, { result: result ?? null }),
      (error) => {
        if (lastPanic() !== undefined) return crash(error)
        const known = engineError(error, datasource.url)
        const migration = method === 'applyMigrations' && /migration_name="([^"]+)"/.exec(known.message)?.[1]
        refuse(id, migration && scriptError ? migrationFailure(migration, scriptError) : known, error?.meta)
      },
    )
  }

  try {
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() !== '') receive(line)
    }
  } catch (error) {
    crash(error)
  }
  // Standard input is closed: the CLI is done, or a pipe ended early and its last question is still being answered.
  while (openRequest !== undefined) await new Promise((resolve) => setTimeout(resolve, 20))
}
