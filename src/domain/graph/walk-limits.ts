import { AppError } from '../../errors.ts'

export const maximumTraversalDepth = 10
export const maximumSubgraphEntities = 5000
export const maximumSubgraphEdges = 20_000
export const maximumSeeds = 100

/** @throws AppError BAD_REQUEST outside 0 to {@link maximumTraversalDepth} */
export function readSteps(argument: string, steps: number): number {
  if (steps < 0 || steps > maximumTraversalDepth)
    throw new AppError('BAD_REQUEST', `\`${argument}\` is ${steps}; ask for 0 to ${maximumTraversalDepth}.`, {
      argument,
      maximum: maximumTraversalDepth,
    })
  return steps
}
