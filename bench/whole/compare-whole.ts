import { DifferentAnswers } from '../compare.ts'
import { isOwn, type ContenderName } from '../contender-name.ts'
import { wholeClientOf, wholeDifference, type WholeFacts } from './clients.ts'
import { readWhole } from './fetch-whole.ts'

export interface WholeContender {
  readonly name: ContenderName
  readonly url: string
}

/**
 * Ask every contender for the whole graph and compare: ours with each other byte for byte, the others by what they say.
 * The contender `http` is given the bytes of the first one.
 *
 * @returns how many answers were compared
 * @throws DifferentAnswers that names the first place
 */
export async function compareWhole(contenders: readonly WholeContender[]): Promise<number> {
  let first: { name: ContenderName; hash: string; facts: WholeFacts } | null = null
  let compared = 0
  const given = contenders.find(({ name }) => name === 'http')
  for (const { name, url } of contenders.filter((contender) => contender !== given)) {
    const client = wholeClientOf(name)
    const { bytes, hash } = await readWhole(url, client)
    const facts = client.facts(JSON.parse(bytes.toString()))
    if (first === null) {
      first = { name, hash, facts }
      if (facts.nodes.length === 0)
        throw new DifferentAnswers('Q7: the graph is empty; there is nothing to measure.')
      if (given && isOwn(name)) await giveWhole(given.url, bytes)
      continue
    }
    compared++
    if (
      isOwn(name) &&
      isOwn(first.name) &&
      hash !== first.hash &&
      wholeDifference(first.facts, facts) === null
    )
      throw new DifferentAnswers(`Q7: ${first.name} and ${name} say the same in different bytes.`)
    const difference = wholeDifference(first.facts, facts)
    if (difference !== null)
      throw new DifferentAnswers(`Q7: the answers of ${first.name} and ${name} differ: ${difference}.`)
  }
  return compared
}

async function giveWhole(url: string, bytes: Buffer): Promise<void> {
  const response = await fetch(`${url}/load-whole`, { method: 'POST', body: new Uint8Array(bytes) })
  if (!response.ok) throw new Error(`${url}/load-whole answered ${response.status}.`)
}
