import { loadSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { announce } from './announce.ts'

// The whole product as it runs in production; the bench sets its environment.
const server = await startServer(loadSettings(process.env))
announce(server.url, () => server.stop())
