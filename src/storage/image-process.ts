import { execFile } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createTurns } from '../domain/turns.ts'
import type { ImageFacts } from './image-facts.ts'
import type { RenderedImage } from './render-image.ts'

const program = fileURLToPath(new URL('image-program.ts', import.meta.url))
/** Of processor time: many times what an honest picture takes. */
const defaultLongestMs = 5000
/** However little of the processor it gets. */
const patienceMs = 60_000
const mostBytes = 128 * 2 ** 20
/** More would only contend for the processor. */
const turns = createTurns(2)

/** Whoever waits for an answer of the server goes before a picture. */
function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already.
  }
}

/** What a picture says of itself; why it cannot be drawn, where it is none, or takes too long. */
export function inspectImage(
  path: string,
  longestMs = defaultLongestMs,
): Promise<ImageFacts | { readonly problem: string }> {
  return runProgram<ImageFacts>(['inspect', path], longestMs).catch(({ message }: Error) => ({
    problem: message,
  }))
}

/** A WebP of the given width in pixels of a picture in a file. @throws Error that says why there is none */
export async function renderImageFile(path: string, width: number): Promise<RenderedImage> {
  type Answer = Omit<RenderedImage, 'bytes'> & { readonly base64: string }
  const { base64, ...facts } = await runProgram<Answer>(['render', path, String(width)], defaultLongestMs)
  return { ...facts, bytes: Buffer.from(base64, 'base64') }
}

/**
 * Works on a picture of somebody's in a process of its own: a few bytes of SVG can draw for minutes, which nothing within a process
 * can end, and would hold the threads that all files of this one are read by. The process has nothing of the environment.
 *
 * @returns what it printed, as JSON
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
