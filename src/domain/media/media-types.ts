import type { MediaContent } from '../graph/graph-content.ts'

/** The only media types that are stored and served, so that no file can pass for a page of this site. */
const types: Readonly<Record<string, { readonly extension: string; readonly kind: MediaContent['kind'] }>> = {
  'image/avif': { extension: 'avif', kind: 'IMAGE' },
  'image/gif': { extension: 'gif', kind: 'IMAGE' },
  'image/jpeg': { extension: 'jpg', kind: 'IMAGE' },
  'image/png': { extension: 'png', kind: 'IMAGE' },
  'image/svg+xml': { extension: 'svg', kind: 'IMAGE' },
  'image/webp': { extension: 'webp', kind: 'IMAGE' },
  'audio/mpeg': { extension: 'mp3', kind: 'AUDIO' },
  'video/mp4': { extension: 'mp4', kind: 'VIDEO' },
  'video/webm': { extension: 'webm', kind: 'VIDEO' },
  'application/pdf': { extension: 'pdf', kind: 'DOCUMENT' },
  'model/gltf-binary': { extension: 'glb', kind: 'MODEL' },
}

export const mediaTypes: readonly string[] = Object.keys(types)

/** The extension and kind of a media type; null if unsupported. */
export function mediaTypeOf(mimeType: string): (typeof types)[string] | null {
  return Object.hasOwn(types, mimeType) ? types[mimeType]! : null
}

/** A file's media type by extension; null if unsupported. */
export function mimeTypeOfExtension(extension: string): string | null {
  return mediaTypes.find((mimeType) => types[mimeType]!.extension === extension) ?? null
}
