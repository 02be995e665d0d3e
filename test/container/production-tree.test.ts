import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testPassword } from '../support/graph-api.ts'
import { buildProductionTree, copiesOf, makeReadOnly, makeWritable } from './production-tree.ts'

const root = join(import.meta.dirname, '../..')
/** `nobody`, where the test runs as root; the image has an account of its own. */
const ordinary = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

let folder: string
let app: string
let data: string
let node: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-image-'))
  await chmod(folder, 0o755)
  app = join(folder, 'app')
  data = join(folder, 'data')
  node = join(folder, 'node')
  await mkdir(app)
  await mkdir(data)
  if (ordinary.uid !== undefined) await chown(data, ordinary.uid, ordinary.gid)
  await copyFile(process.execPath, node)
  await chmod(node, 0o755)
  await buildProductionTree(root, app)
  await makeReadOnly(app)
}, 240_000)
afterAll(async () => {
  await makeWritable(folder)
  await rm(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function startKb(args: readonly string[], environment: Record<string, string>) {
  const child = spawn(node, ['bin/kb.mjs', ...args], {
    cwd: app,
    ...ordinary,
    // Nothing of this environment: the image has none of it either.
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      NODE_ENV: 'production',
      ADMIN_PASSWORD: testPassword,
      KB_DATA_DIR: data,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return { child, output: () => output }
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`)
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`the server was not ready in time:\n${output()}`)
}

describe('the image', () => {
  test('the Dockerfile is read as it is meant', async () => {
    const copies = copiesOf(await readFile(join(root, 'Dockerfile'), 'utf8'))
    expect(copies.map(({ target }) => target)).toContain('./src')
    expect(copies.flatMap(({ stage }) => stage ?? [])).toEqual(['dependencies', 'client'])
  })

  test('has no development dependency', async () => {
    await expect(readFile(join(app, 'node_modules/typescript/package.json'))).rejects.toThrow('ENOENT')
    await expect(readFile(join(app, 'node_modules/prisma/package.json'))).rejects.toThrow('ENOENT')
    await expect(readFile(join(app, 'node_modules/graphql/package.json'))).resolves.toBeDefined()
  })

  test(
    'starts as an ordinary user on a read-only tree, answers, and stops',
    { timeout: 120_000 },
    async () => {
      const url = `http://127.0.0.1:${await freePort()}`
      const { child, output } = startKb(['serve'], { HOST: '127.0.0.1', PORT: new URL(url).port })
      try {
        await untilReady(url, child, output)
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            query:
              '{ entity(by: {slug: "portugal"}) { title neighbors(relations: ["borders"]) { nodes { title } } } }',
          }),
        })
        expect(await response.json()).toEqual({
          data: { entity: { title: 'Portugal', neighbors: { nodes: [{ title: 'Spain' }] } } },
        })
        // Signing in is what loads the client that was generated for the image.
        const signedIn = await fetch(`${url}/api/admin/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'admin', password: testPassword }),
        })
        expect({ status: signedIn.status, text: await signedIn.text() }).toMatchObject({ status: 200 })
        const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })
        expect(page.headers.get('content-type')).not.toContain('text/html')
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        expect(await ended).toEqual([0, null])
      } finally {
        if (child.exitCode === null) child.kill('SIGKILL')
      }
    },
  )
})
