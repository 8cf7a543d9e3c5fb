/* What is thrown is told apart by its name, also where a process has two copies of a class. */
import { describe, expect, it } from 'vitest';
import { MisuseError } from '../../src/effects/misuse.js';
import { NotConnectedError } from '../../src/engine/plan/connect.js';
import { NotReadyError } from '../../src/engine/ready.js';
import { TableFault } from '../../src/policy/kernel/table.js';
import { ContentRefused } from '../../src/services/queue/index.js';
import { ReportSettingsError } from '../../src/services/tls-report/send/settings.js';

describe('an error that is exported', () => {
  it.each([MisuseError, NotConnectedError, NotReadyError, TableFault, ContentRefused, ReportSettingsError])(
    'is called by the name of its class: %o',
    (ErrorClass) => {
      const error: unknown = Reflect.construct(ErrorClass, [{ results: [] }, '']);
      expect(error).toBeInstanceOf(Error);
      expect(error).toHaveProperty('name', ErrorClass.name);
    },
  );
});
