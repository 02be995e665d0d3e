import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { loadSettings } from '../../src/config.ts'
import { openDatabase } from '../../src/database/connection/open-database.ts'
import { createLog } from '../../src/log.ts'
import { startServer } from '../../src/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The whole product, its GraphQL endpoint, and the address of the database behind it. */
    product: { endpoint: string; databaseUrl: string }
  }
}

/**
 * Vitest's global set-up of the conformance tests: the product as `npm start` runs it, in a folder of its own, on a
 * fresh embedded database filled with the sample, on a free port. What it returns ends it and clears it away.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kb-conformance-'))
  // PostgreSQL does not run as root; the account that it runs as must come through.
  await chmod(dataDir, 0o755)
  const log = createLog({ level: 'silent', format: 'json' })
  // Of the machine's environment nothing: a DATABASE_URL in it must not decide what is tested.
  const settings = loadSettings({ PORT: '0', KB_DATA_DIR: dataDir, KB_SAMPLE: 'world-countries' })
  const started: { stop(): Promise<void> }[] = []
  const clearUp = async () => {
    for (const part of started.reverse()) await part.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const server = await startServer(settings, log)
    started.push(server)
    // Joins the server's embedded database, to learn its address.
    const database = await openDatabase(settings, { log })
    started.push(database)
    project.provide('product', { endpoint: `${server.url}/graphql`, databaseUrl: database.url })
    return clearUp
  } catch (error) {
    await clearUp()
    throw error
  }
}
