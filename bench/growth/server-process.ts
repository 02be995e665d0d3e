import { monitorEventLoopDelay } from 'node:perf_hooks'
import { loadSettings } from '../../src/config.ts'
import { startServer } from '../../src/server.ts'
import { announce } from '../contenders/announce.ts'
import { takeStalls, type Stalls } from './stalls.ts'

// The whole product as it runs in production by default, which tells how long it kept its thread from other work.
const delays = monitorEventLoopDelay({ resolution: 1 })
delays.enable()
let longestOfProcessor = 0
let [at, used] = [performance.now(), process.threadCpuUsage()]
setInterval(() => {
  const spent = process.threadCpuUsage(used)
  const now = performance.now()
  // Two turns that follow one another at once are one stall only if nothing came between them.
  if (now - at > 2) longestOfProcessor = Math.max(longestOfProcessor, (spent.user + spent.system) / 1000)
  ;[at, used] = [now, process.threadCpuUsage()]
}, 1).unref()

process.on('message', (message) => {
  if (message !== takeStalls) return
  const stalls: Stalls = {
    longest: Math.max(0, delays.max / 1e6 - 1),
    longestOfProcessor,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  }
  delays.reset()
  longestOfProcessor = 0
  process.send!(stalls)
})
process.channel?.unref()

const server = await startServer(loadSettings(process.env))
announce(server.url, () => server.stop())
