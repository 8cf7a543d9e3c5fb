import { commandOf } from '../../subcommands.js';
import { policyMap } from './policy-map.js';
import { query } from './query.js';

export const postfix = commandOf('postfix', { 'policy-map': policyMap, query });
