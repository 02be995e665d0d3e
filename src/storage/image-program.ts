// Run by `image-process.ts`: `<milliseconds> inspect <path>` or `<milliseconds> render <path> <width>`.
// Prints JSON, or an error on standard error. The limit is CPU time, so that a busy machine does not make
// pictures more expensive.
import { readFile } from 'node:fs/promises'
import { readImageFacts } from './image-facts.ts'
import { createImageRenderer } from './render-image.ts'

const [longestMs, verb, path = '', width] = process.argv.slice(2)
setInterval(() => {
  const { user, system } = process.cpuUsage()
  if ((user + system) / 1000 < Number(longestMs)) return
  process.stderr.write(`it takes more than ${Number(longestMs) / 1000} s to draw\n`)
  process.kill(process.pid, 'SIGKILL') // an exit would wait for the thread that draws
}, 50).unref()
try {
  process.stdout.write(
    JSON.stringify(verb === 'inspect' ? await readImageFacts(path) : await render(path, Number(width))),
  )
} catch (error) {
  process.stderr.write(`${(error as Error).message.split('\n')[0]}\n`)
  process.exitCode = 1
}

async function render(path: string, width: number) {
  const renderer = await createImageRenderer()
  if ('reason' in renderer) throw new Error(`sharp does not run (${renderer.reason})`)
  const { bytes, ...facts } = await renderer.render(await readFile(path), width)
  return { ...facts, base64: Buffer.from(bytes).toString('base64') }
}
