import { deploySchema } from '../ops/deploy-schema.ts'
import type { CommandAction } from './command-context.ts'
import { exitCodes } from './exit-codes.ts'

/** `kb db deploy`: the pending schema migrations, applied to the configured or the embedded database. */
export const deploySchemaCommand: CommandAction<{ json?: boolean }> = async (context, { json = false }) => {
  const settings = context.loadSettings()
  const deployment = await deploySchema(settings, context.createLog(settings))
  const { applied } = deployment
  const text = applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'Nothing was pending.'
  context.stdout.write(`${json ? JSON.stringify(deployment, null, 2) : text}\n`)
  return exitCodes.done
}
