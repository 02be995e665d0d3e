import { loadSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { announce } from './announce.ts'
import { answerTimings } from './answer-timings.ts'
import { snapshotOff } from './snapshot-off.ts'

// The whole product as it runs in production, without the graph in memory.
answerTimings()
const server = await startServer(loadSettings({ ...process.env, ...snapshotOff }))
announce(server.url, () => server.stop())
