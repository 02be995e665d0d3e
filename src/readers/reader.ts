import type { ConstellationReader } from './constellation-reader.ts'
import type { GraphReader } from './graph-reader.ts'
import type { MediaReader } from './media-reader.ts'
import type { ProvenanceReader } from './provenance-reader.ts'
import type { SearchReader } from './search-reader.ts'
import type { VocabularyReader } from './vocabulary-reader.ts'
import type { WorkflowReader } from './workflow-reader.ts'

/**
 * All that public fields read. Resolvers are written once against this contract, whichever reader answers. It shows
 * what is PUBLISHED and nothing else: a draft does not exist here, nor in any count.
 */
export interface Reader
  extends
    GraphReader,
    VocabularyReader,
    MediaReader,
    WorkflowReader,
    ProvenanceReader,
    SearchReader,
    ConstellationReader {}
