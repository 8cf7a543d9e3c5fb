import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(createRequire(import.meta.url).resolve('waxseal/package.json'));

/** Where a file of this package is, named from its top. */
export const packageFile = (path: string): string => join(root, path);
