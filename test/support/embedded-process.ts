// A process that serves itself from the embedded database of a folder, for tests that kill it:
//   node embedded-process.ts <data folder>
// It prints { url, pid, isAdopted } once it is up, and answers "stop" on standard input by stopping.
import { createInterface } from 'node:readline'
import { startEmbeddedDatabase } from '../../src/database/embedded/database.ts'
import { silentLog } from './silent-log.ts'

// Killed processes lose nothing by fsync=off, only machines without power do; and it is quicker.
const options = { dataDir: process.argv[2] ?? '', log: silentLog, flags: ['fsync=off'] }
const embedded = await startEmbeddedDatabase(options)
console.log(JSON.stringify({ url: embedded.url, pid: embedded.pid(), isAdopted: embedded.isAdopted }))
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'stop') continue
  console.log(JSON.stringify({ outcome: await embedded.stop() }))
  process.exit(0)
}
