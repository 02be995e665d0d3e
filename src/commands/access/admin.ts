import type { Command } from 'commander'
import { hashPassword } from '../../domain/access/password-hash.ts'
import { findPasswordFault } from '../../domain/access/well-known-password.ts'
import type { CommandAction } from '../base/context.ts'
import { exitCodes } from '../base/exit-codes.ts'
import { readPassword } from './read-password.ts'
import type { RunAction } from '../base/run-action.ts'

const hashCommand: CommandAction<object> = async ({ stdin, stdout, stderr }) => {
  const password = await readPassword(stdin)
  const fault = findPasswordFault(password)
  if (fault !== null) {
    stderr.write(`The password ${fault}.\n`)
    return exitCodes.usage
  }
  stdout.write(`${await hashPassword(password)}\n`)
  return exitCodes.done
}

/** `kb admin hash-password`: prints the ADMIN_PASSWORD_HASH of the password on standard input. */
export function registerAdmin(program: Command, run: RunAction): void {
  program
    .command('admin')
    .description('who may sign in')
    .command('hash-password')
    .description('read a password from standard input and print ADMIN_PASSWORD_HASH for it')
    .addHelpText('after', '\nExample:\n  openssl rand -base64 24 | tee /dev/stderr | kb admin hash-password')
    .action((options: object) => run(hashCommand, options))
}
