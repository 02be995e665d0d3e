import { execFile } from 'node:child_process'
import { chmod, cp, lstat, mkdir, readFile, readdir } from 'node:fs/promises'
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
  const lastStage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  return [...lastStage.matchAll(/^COPY (?:--from=(\S+) )?(.+)$/gm)].map(([, stage, paths]) => {
    const parts = paths!.trim().split(/\s+/)
    return { stage: stage ?? null, sources: parts.slice(0, -1), target: parts.at(-1)! }
  })
}

/** The arguments with which the Dockerfile installs the dependencies. */
export function installArgumentsOf(dockerfile: string): string[] {
  return /^RUN npm (ci .+)$/m.exec(dockerfile)![1]!.split(' ')
}

/**
 * Lays out in `folder` what the image holds, by the Dockerfile's own lines: a file that they forget is missing here too.
 */
export async function buildProductionTree(root: string, folder: string): Promise<void> {
  const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
  for (const { stage, sources, target } of copiesOf(dockerfile)) {
    if (stage === 'dependencies') {
      for (const name of ['package.json', 'package-lock.json']) await cp(join(root, name), join(folder, name))
      await run('npm', [...installArgumentsOf(dockerfile), '--prefer-offline'], { cwd: folder })
      continue
    }
    if (stage !== null) throw new Error(`the stage ${stage} of the Dockerfile is not known here; add it`)
    for (const source of sources) {
      const to = join(folder, target.endsWith('/') ? join(target, source) : target)
      await mkdir(dirname(to), { recursive: true })
      // As .dockerignore says: the generated client is not sent to the builder.
      const filter = (path: string) => !path.startsWith(join(root, 'src/generated'))
      await cp(join(root, source), to, { recursive: true, filter })
    }
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
