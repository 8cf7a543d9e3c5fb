import { commandOf } from '../../subcommands.js';
import { check } from './check.js';

export const config = commandOf('config', { check });
