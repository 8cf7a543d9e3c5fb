/* The MTA-STS policy of the destination. */
import { unexpiredPolicy } from '../../../policy/mta-sts/discover.js';
import { readFetch } from '../../../policy/mta-sts/fetch.js';
import type { StsPolicy } from '../../../policy/mta-sts/policy.js';
import { listsHost } from '../../../policy/names/match.js';
import type { AnswerOf } from '../../catalog.js';
import { answerTo, type Edit, editOfAnswers, type Supposed } from '../edit.js';
import { found, policyBody, servedPolicy, someAddresses } from '../well-kept.js';

const WEEK_SECONDS = 604_800;
/** No owner's own: whatever is kept is out of date by it. */
const NEW_ID = 'supposed';

/** What the owner of the policy would have to change, or to serve. */
export function policyEdits(run: Supposed): readonly Edit[] {
  const announcement = run.asked.find(({ ask }) => ask.type === 'dns.txt');
  if (announcement === undefined || !('name' in announcement.ask)) return [];
  const domain = announcement.ask.name.replace(/^_mta-sts\./, '');
  const known = policyIn(run);
  return [...keptEdits(run), ...listingEdits(run, domain, known), ...modeEdits(domain, known)];
}

/** The policy that the attempt holds to: as it was fetched, or else as it is kept. */
function policyIn(run: Supposed): StsPolicy | null {
  const fetched = answerTo<'policy.fetch'>(run, 'policy.fetch');
  const read = fetched === null ? null : readFetch(fetched);
  if (read?.kind === 'policy') return read.policy;
  const cache = answerTo<'policy-cache.read'>(run, 'policy-cache.read');
  return cache === null ? null : (unexpiredPolicy(cache, run.input.startedAt)?.policy ?? null);
}

function keptEdits(run: Supposed): readonly Edit[] {
  const cache = answerTo<'policy-cache.read'>(run, 'policy-cache.read');
  if (cache?.kind !== 'unreadable') return [];
  return [
    editOfAnswers(
      {
        ...{ key: 'policy-cache readable', by: 'operator', kind: 'repair' },
        says: 'Mend the state folder or database, so that kept policies can be read.',
        assumes: ['No MTA-STS policy of the domain is kept.'],
      },
      { 'policy-cache.read': () => ({ kind: 'read', cached: null, failure: null }) },
    ),
  ];
}

function listingEdits(run: Supposed, domain: string, known: StsPolicy | null): readonly Edit[] {
  const isWanted = known?.mode === 'enforce' || run.input.message.requireTls === 'yes';
  if (!isWanted) return [];
  const hosts = [...new Set(run.asked.flatMap(({ host }) => host ?? []))];
  return hosts
    .filter((host) => known?.mode !== 'enforce' || !known.mx.some((pattern) => listsHost(pattern, host)))
    .map((host) =>
      served(domain, known, {
        key: `policy lists ${host}`,
        kind: 'repair',
        says:
          known === null
            ? `Publish an MTA-STS policy of ${domain} in mode enforce with the line "mx: ${host}".`
            : `Publish the MTA-STS policy of ${domain} ${known.mode === 'enforce' ? '' : 'in mode enforce '}with the line "mx: ${host}" under a new id, if ${host} is to take its mail.`,
        change: (policy) => ({ mode: 'enforce', mx: [...policy.mx, host] }),
      }),
    );
}

function modeEdits(domain: string, known: StsPolicy | null): readonly Edit[] {
  if (known?.mode !== 'enforce') return [];
  return [
    served(domain, known, {
      key: 'policy testing',
      kind: 'concession',
      says: `Publish the MTA-STS policy of ${domain} in mode testing under a new id.`,
      change: ({ mx }) => ({ mode: 'testing', mx }),
    }),
  ];
}

interface Served {
  readonly key: string;
  readonly kind: Edit['kind'];
  readonly says: string;
  readonly change: (policy: Pick<StsPolicy, 'mx'>) => Pick<StsPolicy, 'mode' | 'mx'>;
}

/** Announced under another id, and served so that it can be had. */
function served(domain: string, known: StsPolicy | null, { key, kind, says, change }: Served): Edit {
  const renewed = (before: AnswerOf<'policy.fetch'> | null) => {
    const read = before === null ? null : readFetch(before);
    const policy = read?.kind === 'policy' ? read.policy : known;
    const { mode, mx } = change(policy ?? { mx: [] });
    return servedPolicy(policyBody(mode, mx, policy?.maxAgeSeconds ?? WEEK_SECONDS));
  };
  return editOfAnswers(
    { key, by: 'recipient', kind, says },
    {
      [`dns.txt _mta-sts.${domain}`]: () => found('insecure', [`v=STSv1; id=${NEW_ID};`]),
      [`dns.addresses mta-sts.${domain}`]: () => someAddresses('insecure'),
      'policy.fetch': renewed,
    },
  );
}
