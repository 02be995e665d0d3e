// npm run release:play: plays a whole release through on a PostgreSQL of its own and prints every step.
// Exits with 1 at the first step that does not end as it must.
import { startOwnServer } from '../support/own-server.ts'
import { withDatabaseName } from '../support/database-name.ts'
import { playRelease } from './play-release.ts'

const server = await startOwnServer()
try {
  const { pool, url } = await server.createDatabase('origin')
  await pool.query(`CREATE DATABASE release TEMPLATE template0 ENCODING 'UTF8'`)
  await playRelease(withDatabaseName(url, 'release'), (line) => process.stdout.write(`${line}\n`))
  process.stdout.write('The release went as it must.\n')
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await server.stop()
}
