import { createSlugRegister, isKey, keyOf } from '../domain/graph/slug.ts'
import { partsOfSpeech, type PartOfSpeech, type WordNetFiles } from './wordnet-files.ts'

/** One line of a data file: a set of synonyms. */
export interface Synset {
  readonly part: PartOfSpeech
  readonly offset: string
  /** `s` is a satellite adjective. */
  readonly type: 'n' | 'v' | 'a' | 's' | 'r'
  readonly lexicographerFile: number
  /** With spaces instead of underscores and without syntactic markers. */
  readonly lemmas: readonly string[]
  readonly gloss: string
  readonly pointers: readonly { readonly symbol: string; readonly target: SynsetKey }[]
}

/** Part of speech and offset, as pointers use them. */
export type SynsetKey = `${PartOfSpeech} ${string}`

const partOfLetter: Readonly<Record<string, PartOfSpeech>> = {
  n: 'noun',
  v: 'verb',
  a: 'adj',
  s: 'adj',
  r: 'adv',
}

export function* readSynsets({ files }: WordNetFiles): Generator<Synset> {
  for (const part of partsOfSpeech) {
    for (const line of linesOf(files[part].data)) yield parseSynset(part, line)
  }
}

export function keyOfSynset({ part, offset }: Synset): SynsetKey {
  return `${part} ${offset}`
}

/** Lines of a dictionary file, without the licence lines, which begin with a space. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n', start)
    const line = text.slice(start, end < 0 ? text.length : end)
    if (line !== '' && !line.startsWith(' ')) yield line
    start = end < 0 ? text.length : end + 1
  }
}

function parseSynset(part: PartOfSpeech, line: string): Synset {
  const bar = line.indexOf(' | ')
  const fields = line.slice(0, bar).split(' ')
  const words = Number.parseInt(fields[3] as string, 16)
  const lemmas = Array.from({ length: words }, (_, index) => readLemma(fields[4 + 2 * index] as string))
  const first = 5 + 2 * words
  const pointers = Array.from({ length: Number(fields[first - 1]) }, (_, index) => {
    const [symbol, offset, letter] = fields.slice(first + 4 * index, first + 4 * index + 3) as [
      string,
      string,
      string,
    ]
    return { symbol, target: `${partOfLetter[letter] as PartOfSpeech} ${offset}` as const }
  })
  return {
    part,
    offset: fields[0] as string,
    type: fields[2] as Synset['type'],
    lexicographerFile: Number(fields[1]),
    lemmas,
    gloss: line.slice(bar + 3).trim(),
    pointers,
  }
}

/** `Old_World` becomes `Old World`; the marker in `galore(ip)` (follows its noun) is dropped. */
function readLemma(word: string): string {
  return word.replace(/\((a|p|ip)\)$/, '').replaceAll('_', ' ')
}

/**
 * A readable slug per synset, named like in NLTK: `dog.n.01` is the first sense of the noun `dog`. If a lemma
 * must be altered to become a Key (`'hood`), an unaltered lemma keeps the name and the altered one gets a
 * suffix.
 */
export function nameSynsets(dictionary: WordNetFiles, synsets: readonly Synset[]): Map<SynsetKey, string> {
  const senses = new Map(partsOfSpeech.map((part) => [part, readSenses(dictionary.files[part].index)]))
  const names = synsets.map((synset) => {
    const lemma = (synset.lemmas[0] as string).replaceAll(' ', '_').toLowerCase()
    const sense = (senses.get(synset.part)?.get(lemma)?.indexOf(synset.offset) ?? -1) + 1
    return { key: keyOfSynset(synset), lemma, suffix: `.${synset.type}.${String(sense).padStart(2, '0')}` }
  })
  const register = createSlugRegister()
  const slugs = new Map<SynsetKey, string>(names.map(({ key }) => [key, '']))
  for (const isPlain of [true, false]) {
    for (const { key, lemma, suffix } of names) {
      if (isKey(lemma) === isPlain) slugs.set(key, register.take(keyOf(lemma) + suffix))
    }
  }
  return slugs
}

/** Offsets of a lemma's synsets, most common sense first. */
function readSenses(index: string): Map<string, readonly string[]> {
  const senses = new Map<string, readonly string[]>()
  for (const line of linesOf(index)) {
    const fields = line.trimEnd().split(' ')
    senses.set(fields[0] as string, fields.slice(-Number(fields[2])))
  }
  return senses
}
