import { describe, expect, it } from 'vitest';
import { allTables } from '../../policy/tables.js';
import { isQuiet, QUIET } from './quiet.js';

describe('quiet decisions', () => {
  it('are verdicts that tables give', () => {
    for (const [name, verdicts] of Object.entries(QUIET)) {
      expect(allTables.find((table) => table.name === name)?.verdicts, name).toEqual(
        expect.arrayContaining([...verdicts]),
      );
    }
  });

  it('never end a delivery or leave a host', () => {
    for (const table of allTables) {
      for (const verdict of table.verdicts) {
        if (/^(?:defer|bounce|give-up|refuse|skip|unreachable|unknown|impossible)/.test(verdict)) {
          expect(isQuiet({ table: table.name, verdict }), `${table.name} ${verdict}`).toBe(false);
        }
      }
    }
  });
});
