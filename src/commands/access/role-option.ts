import { InvalidArgumentError, Option } from 'commander'
import { roles } from '../../domain/access/role.ts'

const given = roles.slice(1)

/** `--role`, case-insensitive. */
export function roleOption(): Option {
  const option = new Option('--role <role>', `what they may do: ${given.join(', ')}`).makeOptionMandatory()
  return option.argParser((text: string) => {
    const role = given.find((name) => name === text.toUpperCase())
    if (role === undefined) throw new InvalidArgumentError(`Give one of ${given.join(', ')}.`)
    return role
  })
}
