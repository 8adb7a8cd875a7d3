// A walk along one governed path: a referral goes in, becomes a case, and is read by three agencies, each getting exactly
// what the sharing agreement lets it have. Run by deploy/demo.
import { randomUUID } from 'node:crypto';
import { call, get, until } from './gateway.mjs';
import { STORY, referral } from './people-of-the-story.mjs';
import { check, finish, heading, table } from './tell.mjs';

const MEETING = 'marac-meeting';
const TRIAGE = 'marac-triage';

/** Answers whose entries the auditor must find later: who asked, and what the gateway promised. */
const promised = [];

async function refer() {
  heading('1. A nurse refers somebody at high risk');
  const body = referral();
  const key = randomUUID();
  const send = (sent, underKey = key) => call('health', 'POST', '/marac/referrals', {
    purpose: 'marac-referral', body: sent, headers: { 'idempotency-key': underKey },
  });
  const once = await send(body);
  if (!check('the referral is taken (201) and has an address', once.status === 201 && /^\/marac\/referrals\/[0-9a-f-]{36}$/.test(once.location ?? ''), describe(once)))
    process.exit(finish());
  check('the answer holds no personal data', toldIn(once.raw).length === 0, once.raw);
  const again = await send(body);
  check('sent again by mistake with the same key, it is the same referral', again.status === 201 && again.location === once.location, describe(again));
  const other = await send({ ...body, policeInvolved: false });
  check('another referral under that key is refused (422)', other.status === 422, describe(other));
  const bad = await send({ ...body, victim: { ...body.victim, dateOfBirth: `${new Date().getUTCFullYear() - 7}-01-01` } }, randomUUID());
  check('a victim of seven is child protection, not MARAC (400, by field)', bad.status === 400 && 'victim.dateOfBirth' in (bad.json?.errors ?? {}), describe(bad));
  return once.location;
}

async function accept(path) {
  heading('2. The MARAC coordinator looks at it and accepts');
  const read = await get('coordinator', path, TRIAGE);
  check('the coordinator reads the whole referral', read.status === 200 && read.json.data.narrative?.latestIncident === STORY.incident, describe(read));
  remember('coordinator', read);
  const nobody = await get('coordinator', path);
  check('without saying for what purpose: refused (400), and told which there are', nobody.status === 400 && nobody.json?.purposes?.includes(TRIAGE), describe(nobody));
  const accepted = await call('coordinator', 'POST', `${path}/accept`, {
    purpose: TRIAGE, body: { criterion: 'VISIBLE_HIGH_RISK' }, headers: { 'idempotency-key': randomUUID() },
  });
  if (!check('accepted: the case is open (201)', accepted.status === 201 && /^\/marac\/cases\/[0-9a-f-]{36}$/.test(accepted.location ?? ''), describe(accepted)))
    process.exit(finish());
  const referrer = await get('health', path, 'marac-referral');
  check('the referrer reads back no working notes of the coordinator', [200, 404].includes(referrer.status) && !referrer.json?.data?.sharing, describe(referrer));
  return accepted.location;
}

async function readAsCoordinator(path) {
  const read = await get('coordinator', path, TRIAGE);
  check('the coordinator reads the case, under the threshold then in force',
    read.status === 200 && read.json.data.status === 'ACCEPTED' && Boolean(read.json.data.thresholdVersion), describe(read));
  remember('coordinator', read);
  return read.json.data;
}

async function list(path) {
  heading('3. The coordinator lists the case for a meeting, and records what sharing rests on');
  const early = await change('PUT', `${path}/summary`, { text: STORY.summary });
  check('under the purpose of a meeting nothing is done before the case is listed for one (404)', early.status === 404, describe(early));
  const meeting = await call('coordinator', 'POST', '/marac/meetings', {
    purpose: MEETING, body: { startsAt: new Date(Date.now() + 7 * 24 * 3600 * 1000).toISOString(), venue: 'Town hall' }, headers: { 'idempotency-key': randomUUID() },
  });
  check('a meeting is scheduled (201)', meeting.status === 201 && /^\/marac\/meetings\/[0-9a-f-]{36}$/.test(meeting.location ?? ''), describe(meeting));
  const listed = await call('coordinator', 'POST', `${path}/list`, { purpose: TRIAGE, body: { meetingId: meeting.location?.split('/').at(-1) } });
  if (!check('the case is on its agenda (204)', listed.status === 204, describe(listed))) process.exit(finish());
}

async function share(path, record) {
  const before = await get('pvp', path, MEETING);
  check('before they are listed, the police see nothing (404)', before.status === 404, describe(before));
  const unknown = await get('pvp', `/marac/cases/${randomUUID()}`, MEETING);
  check('and cannot tell it from a case that does not exist: the same bytes and headers',
    before.status === unknown.status && before.raw === unknown.raw && same(before.headers, unknown.headers), [describe(before), describe(unknown)]);
  for (const [agency, team] of [['CON', 'PVP'], ['CKH'], ['CFRS']]) {
    const listed = await change('PUT', `${path}/members/${agency}${team ? `?team=${team}` : ''}`);
    check(`${agency}${team ? ` · ${team}` : ''} is listed on the case`, listed.status === 204, describe(listed));
  }

  const tenancy = record.victim.addresses.find((address) => address.postcode === STORY.tenancyPostcode);
  const child = record.children.find(({ name }) => name === STORY.knownChild);
  const landlord = await change('PUT', `${path}/relations/CKH`, {
    tenancy: [tenancy.addressId], statement: 'The landlord states that the former home is its tenancy, by its secure mailbox.',
  });
  check('the former home is a tenancy of Cross Keys Homes', landlord.status === 204, describe(landlord));
  const fire = await change('PUT', `${path}/relations/CFRS`, {
    knownTo: [child.personId], statement: 'The fire service states that it knows the older child from a fire safety course.',
  });
  check('one child is known to the fire service', fire.status === 204, describe(fire));

  const current = await get('coordinator', path, MEETING);
  remember('coordinator', current);
  const summary = await change('PUT', `${path}/summary`, { text: STORY.summary }, { 'if-match': current.etag });
  check('a summary is written, for those who get no narrative', summary.status === 204, describe(summary));
  const stale = await change('PUT', `${path}/summary`, { text: 'Written over.' }, { 'if-match': current.etag });
  check('who writes over what they have not read is told to read again (412)', stale.status === 412, describe(stale));
}

function change(method, path, body, headers) {
  return call('coordinator', method, path, { purpose: MEETING, body, headers });
}

async function readSideBySide(path) {
  heading('4. Three agencies read the same case');
  const [police, landlord, fire] = await Promise.all(['pvp', 'landlord', 'fire'].map((person) => get(person, path, MEETING)));
  const all = { 'police (PVP)': police, 'Cross Keys Homes': landlord, 'fire service': fire };
  if (!check('each gets an answer (200)', Object.values(all).every((answer) => answer.status === 200), Object.values(all).map(describe)))
    process.exit(finish());
  table([['', ...Object.keys(all)], ...FIELDS.map(([name, pick]) => [name, ...Object.values(all).map((answer) => pick(answer.json.data) ?? '·')])], [20, 30, 30, 30]);

  for (const [person, answer] of [['pvp', police], ['landlord', landlord], ['fire', fire]]) {
    remember(person, answer);
    check(`${person}: the answer carries its signed Sharing-Record, its receipt, and forbids passing it on`,
      Boolean(answer.promise && answer.json.receipt && answer.json.obligations?.noOnward), describe(answer));
    check(`${person}: it is not to be cached`, answer.headers['cache-control'] === 'no-store');
  }

  sees('police', police, ['victim', 'refugePostcode', 'tenancyPostcode', 'phone', 'safeContact', 'perpetrator', 'weapon', 'knownChild', 'otherChild',
    'school', 'incident', 'wishes', 'mustNotReceive', 'summary']);
  check('police: all but what needs a reason of its own (diversity), and the coordinator\'s notes',
    !('diversity' in police.json.data.victim)
      && Object.keys(police.json.data.sharing ?? {}).every((part) => part === 'conflicts') && !('referrals' in police.json.data), police.json.data);

  sees('landlord', landlord, ['victim', 'tenancyPostcode', 'perpetrator', 'weapon', 'summary']);
  const { addresses } = landlord.json.data.victim;
  check('landlord: the address of its own tenancy and no other, no phone',
    addresses?.length === 1 && addresses[0].postcode === STORY.tenancyPostcode && !('phones' in landlord.json.data.victim), landlord.json.data.victim);
  check('landlord: that there are children, and nothing else about them',
    JSON.stringify(landlord.json.data.children) === '{"masked":"flag","value":true}', landlord.json.data.children);

  sees('fire', fire, ['perpetrator', 'weapon', 'knownChild', 'summary']);
  check('fire service: the one child it knows', fire.json.data.children?.length === 1 && fire.json.data.children[0].name === STORY.knownChild, fire.json.data.children);
  check('fire service: nothing of the victim, whom it does not know', Object.keys(fire.json.data.victim ?? {}).length === 0, fire.json.data.victim);

  for (const [name, answer] of [['landlord', landlord], ['fire service', fire]]) {
    check(`${name}: no checklist, no narrative, no protection list`,
      ['riskChecklist', 'narrative', 'protection', 'sharing'].every((part) => !(part in answer.json.data)), Object.keys(answer.json.data));
    check(`${name}: told which groups the agreement keeps from it`,
      ['narrative', 'risk-checklist'].every((group) => answer.json.withheld?.some((kept) => kept.group === group)), answer.json.withheld);
  }
}

/** These values of the story stand in the answer, and none of the others does, anywhere in its bytes. */
function sees(name, answer, permitted) {
  const told = toldIn(answer.raw);
  const missing = permitted.filter((key) => !told.includes(key));
  check(`${name}: gets all it may have`, missing.length === 0, missing);
  const kept = Object.keys(STORY).filter((key) => !permitted.includes(key));
  const leaked = kept.filter((key) => told.includes(key));
  check(`${name}: gets nothing else (${kept.length} other values looked for in the raw answer)`, leaked.length === 0, leaked);
}

const FIELDS = [
  ['status', (data) => data.status],
  ['victim: name', (data) => data.victim?.name],
  ['  date of birth', (data) => data.victim?.dateOfBirth],
  ['  addresses', (data) => data.victim?.addresses?.map((address) => address.postcode).join(', ')],
  ['  phones', (data) => data.victim?.phones?.map((phone) => phone.number).join(', ')],
  ['  safe contact', (data) => data.victim?.safeContact?.via],
  ['  religion', (data) => data.victim?.diversity?.religion],
  ['perpetrator', (data) => data.perpetrators?.map((person) => person.name).join(', ')],
  ['  weapons', (data) => data.perpetrators?.map((person) => person.weapons).join(', ')],
  ['children', (data) => (Array.isArray(data.children) ? data.children.map((child) => child.name).join(', ') : data.children && `yes (${data.children.masked})`)],
  ['  school', (data) => Array.isArray(data.children) ? data.children.map((child) => child.school).filter(Boolean).join(', ') || undefined : undefined],
  ['checklist: yes', (data) => data.riskChecklist && `${data.riskChecklist.yesCount} of 24`],
  ['latest incident', (data) => data.narrative?.latestIncident],
  ['summary', (data) => data.summary],
  ['must not receive', (data) => data.protection?.mustNotReceive?.map((person) => person.name).join(', ')],
];

async function refused(path) {
  heading('5. Refused');
  const pub = await get('door-01', path, MEETING);
  check('a pub has no rule for such records at all (403)', pub.status === 403 && pub.json?.code === 'no-rule-for-role', describe(pub));
  const asked = pub.raw === (await get('door-01', `/marac/cases/${randomUUID()}`, MEETING)).raw;
  check('and is told the same of a case that does not exist', asked);
  const outsider = await get('health', path, MEETING);
  check('the referrer\'s agency, which is not listed, learns nothing of the case', [403, 404].includes(outsider.status) && toldIn(outsider.raw).length === 0, describe(outsider));
  const wrong = await get('fire', path, 'marac-triage');
  check('a purpose that is not for this role is refused (403)', wrong.status === 403, describe(wrong));
  const anonymous = await fetch(`${process.env.GATEWAY}${path}`, { headers: { 'sharing-purpose': MEETING } });
  check('without a token there is no answer at all (401)', anonymous.status === 401, String(anonymous.status));
}

async function whoSawWhat(path) {
  heading('6. The auditor reads who saw what');
  const id = path.split('/').at(-1);
  const ask = () => get('marac-auditor', `/sharing/disclosures?scheme=marac&record=${id}&limit=50`, 'audit');
  const expected = promised.filter((one) => one.id === id);
  const has = (answer, receipt) => answer.json.items.some((item) => item.id === receipt);
  // The ledger takes entries in after they have been promised: within a second, normally.
  const list = await until(20, ask, (answer) => answer.status !== 200 || expected.every((one) => has(answer, one.receipt)));
  if (!check('the ledger reader of the MARAC may ask (200)', list.status === 200, describe(list))) return;
  const entries = list.json.items.map((item) => item.data);
  table([
    ['who', 'what', 'for', 'groups released'],
    ...entries.map((entry) => [
      [entry.actor.agency, entry.actor.team].filter(Boolean).join(' · '), `${entry.outcome} ${entry.operation}`, entry.purposeCode,
      [...new Set(entry.records.flatMap((one) => one.fieldGroups))].join(' '),
    ]),
  ], [20, 22, 16, undefined]);
  for (const person of new Set(expected.map((one) => one.person)))
    check(`every answer ${person} got is there, under the very hash it was promised`,
      expected.filter((one) => one.person === person).every((one) =>
        list.json.items.some((item) => item.id === one.receipt && item.data.leafHash === one.leaf && item.data.outcome === 'PERMIT')),
      expected.filter((one) => one.person === person));
  const groupsOf = (agency) => entries.find((entry) => entry.actor.agency === agency && entry.outcome === 'PERMIT' && entry.operation === 'DISCLOSURE')?.records
    .find((one) => one.recordId === id);
  check('the police\'s entry says they got location, the landlord\'s that children were masked to a flag',
    groupsOf('CON')?.fieldGroups.includes('victim-location') && groupsOf('CKH')?.masksApplied.includes('children:flag'), [groupsOf('CON'), groupsOf('CKH')]);
  check('refusals are there too', entries.some((entry) => entry.outcome === 'DENY' && ['CON', 'CFRS'].includes(entry.actor.agency)), entries.map((entry) => entry.outcome));
  check('the changes by the coordinator are there', entries.some((entry) => entry.operation === 'ALTERATION' && entry.actor.agency === 'PCC'), entries.map((entry) => entry.operation));
  check('nobody\'s name is in it', toldIn(list.raw).length === 0, toldIn(list.raw));
  const coordinator = await get('coordinator', `/sharing/disclosures?scheme=marac&record=${id}`, 'audit');
  check('the coordinator is no ledger reader (403)', coordinator.status === 403, describe(coordinator));
  const otherScheme = await get('channel-auditor', `/sharing/disclosures?scheme=marac&record=${id}`, 'audit');
  check('nor is Channel\'s auditor one of the MARAC (403)', otherScheme.status === 403, describe(otherScheme));
}

function remember(person, answer) {
  if (answer.status === 200) promised.push({ person, id: answer.json.id, receipt: answer.json.receipt, leaf: answer.promise?.leaf });
}

/** What of the story stands in these bytes, wherever. */
function toldIn(raw) {
  return Object.keys(STORY).filter((key) => raw.includes(STORY[key]));
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const describe = (answer) => `${answer.status} ${answer.raw.slice(0, 400)}`;

const casePath = await accept(await refer());
const record = await readAsCoordinator(casePath);
await list(casePath);
await share(casePath, record);
await readSideBySide(casePath);
await refused(casePath);
await whoSawWhat(casePath);
process.exit(finish());
