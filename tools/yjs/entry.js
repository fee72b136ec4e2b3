/* What `together.js` needs of yjs, and nothing else. */
export { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector, mergeUpdates } from 'yjs';
