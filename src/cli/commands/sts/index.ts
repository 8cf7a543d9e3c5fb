import { commandOf } from '../../subcommands.js';
import { forget } from './forget.js';
import { get } from './get.js';
import { lint } from './lint.js';
import { list } from './list.js';
import { refresh } from './refresh.js';

export const sts = commandOf('sts', { get, list, refresh, forget, lint });
