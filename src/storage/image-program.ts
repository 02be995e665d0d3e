// The program that `image-process.ts` runs: `inspect <path>` or `render <path> <width>`. It prints JSON; why it cannot is a line on
// standard error.
import { readFile } from 'node:fs/promises'
import { readImageFacts } from './image-facts.ts'
import { createImageRenderer } from './render-image.ts'

const [verb, path = '', width] = process.argv.slice(2)
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
