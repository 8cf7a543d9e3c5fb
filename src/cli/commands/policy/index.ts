import { commandOf } from '../../subcommands.js';
import { list } from './list.js';

export const policy = commandOf('policy', { list });
