// Generates the Prisma client (src/generated/prisma, not committed) when it is missing or older than the schema.
// Runs after an install, so it is quick and quiet when there is nothing to do.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const marker = folder('src/generated/prisma/.made-from')
const client = folder('src/generated/prisma/client.ts')

const version = prismaVersion()
// Without the CLI, as in the image, the client was generated elsewhere.
if (version !== null && (!existsSync(client) || readMarker() !== fingerprint())) {
  const result = spawnSync(process.execPath, [folder('scripts/prisma.mjs'), 'generate'], {
    cwd: folder('.'),
    encoding: 'utf8',
  })
  if (result.status === 0) writeFileSync(marker, fingerprint())
  else {
    console.error(`The Prisma client could not be generated.\n${result.stderr}${result.stdout}`)
    process.exitCode = 1
  }
}

function prismaVersion() {
  try {
    return createRequire(import.meta.url)('prisma/package.json').version
  } catch {
    return null
  }
}

function readMarker() {
  return existsSync(marker) ? readFileSync(marker, 'utf8') : null
}

function fingerprint() {
  const hash = createHash('sha256').update(version)
  for (const file of globSync('*.prisma', { cwd: folder('prisma/schema') }).sort()) {
    hash.update(file).update(readFileSync(folder(`prisma/schema/${file}`)))
  }
  return hash.digest('hex')
}
