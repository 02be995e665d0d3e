import { Worker } from 'node:worker_threads'

/**
 * Runs a program in a thread of its own, which does not keep the process alive, and gives what it posts.
 *
 * @param data what the thread finds as its `workerData`: copied, unless its memory is shared
 * @param signal ends the thread at once
 * @throws what the thread threw, that it ended without an answer, or the reason of the signal
 * @example await runInThread<readonly string[]>(new URL('./hash-worker.ts', import.meta.url), tables)
 */
export async function runInThread<Answer>(
  program: URL,
  data: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  signal?.throwIfAborted()
  const worker = new Worker(program, { workerData: data })
  worker.unref()
  const abort = () => void worker.terminate()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => {
        const ended = new Error(`The thread ${program.pathname} ended with code ${code} and no answer.`)
        reject(signal?.aborted === true ? (signal.reason as Error) : ended)
      })
    })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
