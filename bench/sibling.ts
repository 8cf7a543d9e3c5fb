import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a program beside that module, compiled if the module is. */
export function sibling(name: string, module: string): string {
  const path = fileURLToPath(new URL(name, module));
  return `${path}${extname(fileURLToPath(module))}`;
}
