import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

interface Copy {
  /** The stage that it comes from; null for the build context. */
  readonly stage: string | null
  readonly sources: readonly string[]
  readonly target: string
}

/** The COPY lines of the last stage of a Dockerfile, in their order. */
export function copiesOf(dockerfile: string): Copy[] {
  return readCopies(dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')))
}

function readCopies(stage: string): Copy[] {
  return [...stage.matchAll(/^COPY (?:--from=(\S+) )?(.+)$/gm)].map(([, stage, paths]) => {
    const parts = paths!.trim().split(/\s+/)
    return { stage: stage ?? null, sources: parts.slice(0, -1), target: parts.at(-1)! }
  })
}

/** The lines of a stage before the last one. */
function stageOf(dockerfile: string, name: string): string {
  const stage = dockerfile.split(/^FROM /m).find((text) => text.split('\n', 1)[0]!.endsWith(` AS ${name}`))
  if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`)
  return stage
}

/**
 * Lays out in `folder` what the image holds, by the Dockerfile's own lines: a file that they forget is missing here too. Only the
 * whole install of the stage `client` is not repeated: the one of this checkout stands in for it.
 */
export async function buildProductionTree(root: string, folder: string): Promise<void> {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
  const stages = `${folder}.stages`
  try {
    for (const { stage, sources, target } of copiesOf(dockerfile)) {
      if (stage === null) {
        await copy(root, sources, folder, target)
        continue
      }
      const built = join(stages, stage)
      if (!existsSync(built)) await buildStage(root, stageOf(dockerfile, stage), built)
      await mkdir(dirname(join(folder, target)), { recursive: true })
      await rename(join(built, sources[0]!.replace('/app/', '')), join(folder, target))
    }
  } finally {
    await rm(stages, { recursive: true, force: true })
  }
}

async function buildStage(root: string, stage: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { sources, target } of readCopies(stage)) await copy(root, sources, folder, target)
  for (const [, command] of stage.matchAll(/^RUN (.+)$/gm)) {
    if (command!.startsWith('npm ci')) await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    else await run('sh', ['-c', command!.replace('npm ci', 'npm ci --prefer-offline')], { cwd: folder })
  }
}

/** As COPY does. The generated client is not sent to the builder (.dockerignore). */
async function copy(root: string, sources: readonly string[], folder: string, target: string): Promise<void> {
  for (const source of sources) {
    const to = join(folder, target, sources.length > 1 ? source : '')
    await mkdir(dirname(to), { recursive: true })
    const isSent = (path: string) => !path.startsWith(join(root, 'src/generated'))
    await cp(join(root, source), to, { recursive: true, filter: isSent })
  }
}

/** Takes the right to write from everybody, as a read-only root does. */
export async function makeReadOnly(path: string): Promise<void> {
  const stat = await lstat(path)
  if (stat.isSymbolicLink()) return
  if (stat.isDirectory()) for (const name of await readdir(path)) await makeReadOnly(join(path, name))
  await chmod(path, stat.mode & 0o555)
}

/** Gives it back, so that the folder can be removed. */
export async function makeWritable(folder: string): Promise<void> {
  await run('chmod', ['-R', 'u+w', folder])
}
