import { execFile } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createTurns } from '../domain/turns.ts'
import type { ImageFacts } from './image-facts.ts'
import type { RenderedImage } from './render-image.ts'

const program = fileURLToPath(new URL('image-program.ts', import.meta.url))
/** CPU time; many times what a legitimate picture takes. */
const defaultLongestMs = 5000
/** Wall-clock limit, however little CPU it gets. */
const patienceMs = 60_000
const mostBytes = 128 * 2 ** 20
/** More would only contend for the CPU. */
const turns = createTurns(2)

/** Requests take precedence over pictures. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has already exited.
  }
}

/** A picture's facts, or why it cannot be rendered. */
export function inspectImage(
  path: string,
  longestMs = defaultLongestMs,
): Promise<ImageFacts | { readonly problem: string }> {
  return runProgram<ImageFacts>(['inspect', path], longestMs).catch(({ message }: Error) => ({
    problem: message,
  }))
}

export async function renderImageFile(path: string, width: number): Promise<RenderedImage> {
  type Answer = Omit<RenderedImage, 'bytes'> & { readonly base64: string }
  const { base64, ...facts } = await runProgram<Answer>(['render', path, String(width)], defaultLongestMs)
  return { ...facts, bytes: Buffer.from(base64, 'base64') }
}

/**
 * Handles an untrusted picture in a separate process with an empty environment: a few bytes of SVG can render
 * for minutes, which nothing inside a process can stop, and would block the threads that serve files. Returns
 * its JSON output.
 */
function runProgram<Answer>(args: readonly string[], longestMs: number): Promise<Answer> {
  return turns(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const options = { timeout: patienceMs, killSignal: 'SIGKILL', maxBuffer: mostBytes, env: {} } as const
        const given = [program, String(longestMs), ...args]
        const child = execFile(process.execPath, given, options, (error, stdout, stderr) => {
          if (error?.killed) reject(new Error(`it takes more than ${patienceMs / 1000} s`))
          else if (error) reject(new Error(stderr.trim().split('\n').at(-1) ?? error.message))
          else resolve(JSON.parse(stdout) as Answer)
        })
        if (child.pid !== undefined) yieldToOthers(child.pid)
      }),
  )
}
