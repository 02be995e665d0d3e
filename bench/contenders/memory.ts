import { loadSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { announce } from './announce.ts'
import { answerTimings } from './answer-timings.ts'

// The whole product as it runs in production by default; the bench sets its environment.
answerTimings()
const server = await startServer(loadSettings(process.env))
announce(server.url, () => server.stop())
