#!/usr/bin/env node
// Plain JavaScript that any Node of the last years can read, so that one too old for the rest gets told so.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `kb needs Node 24.15 or newer, and this is ${process.version}. In the repository, \`npm ci\` brings it: use \`npx kb\` or \`npm run kb --\`.\n`,
  )
  process.exit(2)
}
// Vercel's client repeats a request ten times, with pauses that grow to minutes, and keeps the process alive for them.
process.env.VERCEL_BLOB_RETRIES ??= '2'
// What was compiled is kept for the next start, which takes half the time then; where it cannot be written, nothing is lost.
const { enableCompileCache } = await import('node:module')
const { fileURLToPath } = await import('node:url')
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/knowledge-backbone', import.meta.url)))
const { runCli } = await import('../src/cli.ts')
process.exitCode = await runCli(process.argv.slice(2))
