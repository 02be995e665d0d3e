import { Worker } from 'node:worker_threads'

/**
 * Runs a program in a worker thread, which does not keep the process alive, and returns its message.
 * @param data the thread's `workerData`: copied, unless its memory is shared
 * @param signal terminates the thread
 * @throws the thread's error, its exit without a result, or the signal's reason
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
