import { loadSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { announce } from './announce.ts'
import { snapshotOff } from './snapshot-off.ts'

// As `database`, without what weighs, times and counts operations.
const settings = loadSettings({
  ...process.env,
  ...snapshotOff,
  KB_RATE_LIMIT: '0',
  KB_SLOW_QUERY_MS: '0',
})
const server = await startServer(settings, undefined, { isUnarmed: true })
announce(server.url, () => server.stop())
