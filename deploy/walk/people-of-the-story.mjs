// The referral of the walk. Everybody in it is made up: the phone numbers are of the range kept for drama, and the
// postcodes belong to no street.

const day = 24 * 3600 * 1000;
const dateBefore = (days) => new Date(Date.now() - days * day).toISOString().slice(0, 10);

const YES = new Set([
  'injury', 'frightened', 'afraid-of-further', 'isolated', 'separated-within-year', 'child-contact-conflict',
  'stalking-harassment', 'more-often', 'getting-worse', 'control-jealousy', 'weapons', 'threats-to-kill', 'strangulation',
  'money', 'broken-orders',
]);
const NOT_ASKED = new Set(['sexual', 'animals']);
const ITEMS = [
  'injury', 'frightened', 'afraid-of-further', 'isolated', 'low-or-suicidal', 'separated-within-year', 'child-contact-conflict',
  'stalking-harassment', 'pregnant-or-baby-18m', 'more-often', 'getting-worse', 'control-jealousy', 'weapons', 'threats-to-kill',
  'strangulation', 'sexual', 'other-person-threatening', 'hurt-others', 'animals', 'money',
  'perpetrator-drugs-alcohol-mental-health', 'perpetrator-suicide', 'broken-orders', 'criminal-history',
];

/** Values that must reach their readers and nobody else; the walk looks for them in the raw bytes of every answer. */
export const STORY = {
  victim: 'Rowan Larkspur',
  refugePostcode: 'PE99 9ZA',
  tenancyPostcode: 'PE99 8ZB',
  phone: '07700 900123',
  perpetrator: 'Morgan Larkspur',
  weapon: 'keeps a hunting knife in the van',
  knownChild: 'Wren Larkspur',
  otherChild: 'Teal Larkspur',
  school: 'Imaginary Primary',
  incident: 'Held by the throat until she could not speak, in front of the children.',
  wishes: 'Wants to stay where she is and not be moved again.',
  mustNotReceive: 'Jude Larkspur',
  faith: 'Quaker',
  safeContact: 'The nurse at the surgery',
  summary: 'High risk. Separated in spring; threats have grown since. Do not visit without calling the coordinator first.',
};

export function referral() {
  return {
    referrer: {
      name: 'Bridget Malone', agency: 'ICB', role: 'safeguarding nurse', phone: '01632 960001', email: 'bridget.malone@nhs.net',
    },
    referralAt: new Date(Date.now() - 60_000).toISOString(),
    criteria: ['VISIBLE_HIGH_RISK'],
    victim: {
      name: STORY.victim,
      dateOfBirth: '1991-04-17',
      gender: 'FEMALE',
      addresses: [
        { lines: ['Room 4', 'A safe house'], postcode: STORY.refugePostcode, isConfidential: true, isCurrent: true },
        { lines: ['12 Nowhere Court', 'Peterborough'], postcode: STORY.tenancyPostcode, isConfidential: false, isCurrent: false },
      ],
      livesWithPerpetrator: 'NO',
      phones: [{ number: STORY.phone, safeToCall: 'YES', safeTimes: 'weekdays before three', voicemailOk: false }],
      safeContactVia: STORY.safeContact,
      diversity: { religion: STORY.faith, interpreterNeeded: 'NO' },
    },
    perpetrators: [
      {
        name: STORY.perpetrator, dateOfBirth: '1988-11-02', relation: 'former husband', occupation: 'courier', weapons: STORY.weapon,
        licenceOrderOrBail: 'non-molestation order',
      },
    ],
    children: [
      {
        name: STORY.knownChild, dateOfBirth: '2014-06-30', relationToVictim: 'son', relationToPerpetrator: 'son', school: STORY.school,
        livesWith: 'victim',
      },
      { name: STORY.otherChild, dateOfBirth: '2018-02-11', relationToVictim: 'daughter', relationToPerpetrator: 'daughter', livesWith: 'victim' },
    ],
    riskChecklist: {
      completedOn: dateBefore(2),
      assessor: 'Bridget Malone',
      assessorTrained: true,
      items: ITEMS.map((item) => ({ item, answer: YES.has(item) ? 'YES' : NOT_ASKED.has(item) ? 'NOT_ASKED' : 'NO' })),
    },
    narrative: { latestIncident: STORY.incident, latestIncidentIs: 'FACT', victimWishes: STORY.wishes },
    awareOfReferral: 'YES',
    consentToReferral: 'YES',
    afraidOf: [STORY.perpetrator],
    mustNotReceive: [{ name: STORY.mustNotReceive, relation: 'brother of the former husband', reason: 'passes everything on' }],
    policeInvolved: true,
    victimWantsPoliceContact: 'YES',
  };
}
