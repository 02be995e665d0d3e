import type { CommandAction } from './context.ts'

/** Runs the action of a command; the door hands it in and takes the exit code. */
export type RunAction = <Options>(action: CommandAction<Options>, options: Options) => Promise<void>

/** The flag that every operation has. */
export const jsonOption = ['--json', 'print the structured summary as JSON on standard output'] as const

/** For flags that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}
