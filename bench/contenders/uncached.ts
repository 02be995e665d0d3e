import { loadSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { announce } from './announce.ts'
import { answerTimings } from './answer-timings.ts'

// As `memory`, but that it makes every answer anew.
answerTimings()
const server = await startServer(loadSettings({ ...process.env, KB_ANSWER_CACHE_MB: '0' }))
announce(server.url, () => server.stop())
