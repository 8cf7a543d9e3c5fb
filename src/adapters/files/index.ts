/** What is kept in files: the octets of messages in the queue. */
export { type FileBodiesOptions, fileBodies, removeDrafts } from './file-bodies.js';
