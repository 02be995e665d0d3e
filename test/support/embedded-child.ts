import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./embedded-process.ts', import.meta.url))

/** A Node process of its own on the embedded database of a folder. */
export interface EmbeddedChild {
  url: string
  /** Of the database server. */
  serverPid: number
  isAdopted: boolean
  stop(): Promise<string>
  /** kill -9 of Node; the database server is left behind. */
  kill(): Promise<void>
}

/** Starts one, as another account if given, and waits until its database is up. */
export async function startEmbeddedChild(
  dataDir: string,
  account?: { uid: number; gid: number },
): Promise<EmbeddedChild> {
  const child = spawn(process.execPath, [program, dataDir], {
    ...account,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk) => (complaint += chunk))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => {
    const line = await lines.next()
    if (line.done === true) throw new Error(`The process on ${dataDir} ended: ${complaint}`)
    return JSON.parse(line.value) as Record<string, unknown>
  }
  const { url, pid, isAdopted } = (await nextLine()) as { url: string; pid: number; isAdopted: boolean }
  return {
    url,
    serverPid: pid,
    isAdopted,
    stop: async () => {
      child.stdin.write('stop\n')
      const { outcome } = (await nextLine()) as { outcome: string }
      if (child.exitCode === null) await once(child, 'exit')
      return outcome
    },
    kill: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
