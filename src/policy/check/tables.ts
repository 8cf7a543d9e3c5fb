/* The tables of a check. They stand apart from those of a delivery, because no delivery meets them. */
import type { Table } from '../kernel/table.js';
import { certificateFinding, daneFinding, tlsFinding } from './session.tables.js';
import { tlsaWorth } from './tlsa-worth.table.js';

export const checkTables: readonly Table[] = [
  tlsaWorth,
  tlsFinding,
  daneFinding,
  certificateFinding,
] as unknown as readonly Table[];
