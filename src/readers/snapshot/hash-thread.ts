import { Worker } from 'node:worker_threads'
import type { HashedRows } from './hash-rows.ts'

/** The hashes asked for before: two at once would only take each other's memory and processor. */
let before: Promise<unknown> = Promise.resolve()

/**
 * The hashes of some tables, computed by a thread that shares their memory and does not keep the process alive. One after another.
 *
 * @throws what the thread threw, or that it ended without an answer
 */
export function hashInThread(tables: readonly HashedRows[]): Promise<readonly string[]> {
  const hashes = before.then(() => runThread(tables))
  before = hashes.catch(() => undefined)
  return hashes
}

function runThread(tables: readonly HashedRows[]): Promise<readonly string[]> {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { workerData: tables })
  worker.unref()
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) =>
      reject(new Error(`The thread that hashes the graph ended with code ${code} and no answer.`)),
    )
  })
}
