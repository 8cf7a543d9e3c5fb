/* Preloaded, it makes a process one in which that package is not installed. */
import { register } from 'node:module';

const hooks = `export async function resolve(specifier, context, next) {
  if (specifier !== 'graphile-worker') return next(specifier, context);
  throw Object.assign(new Error('there is none'), { code: 'ERR_MODULE_NOT_FOUND' });
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
