import { Worker } from 'node:worker_threads'
import type { HashedRows } from './hash-rows.ts'

/** So long a thread that has nothing to do is kept for the next hash. */
const idleMs = 30_000

let thread: Worker | null = null
let idle: NodeJS.Timeout | undefined
/** The hashes asked for before: they would only take each other's memory and processor. */
let before: Promise<unknown> = Promise.resolve()

/**
 * The hashes of some tables, computed by a thread that shares their memory and does not keep the process alive. One after another.
 *
 * @throws what the thread threw, or that it ended without an answer
 */
export function hashInThread(tables: readonly HashedRows[]): Promise<readonly string[]> {
  const hashes = before.then(() => askThread(tables))
  before = hashes.catch(() => undefined)
  return hashes
}

async function askThread(tables: readonly HashedRows[]): Promise<readonly string[]> {
  clearTimeout(idle)
  const worker = (thread ??= startThread())
  try {
    return await new Promise<readonly string[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) =>
        reject(new Error(`The thread that hashes the graph ended with code ${code} and no answer.`)),
      )
      worker.postMessage(tables)
    })
  } catch (error) {
    endThread()
    throw error
  } finally {
    worker.removeAllListeners()
    idle = setTimeout(endThread, idleMs).unref()
  }
}

function startThread(): Worker {
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url))
  worker.unref()
  return worker
}

function endThread(): void {
  void thread?.terminate()
  thread = null
}
