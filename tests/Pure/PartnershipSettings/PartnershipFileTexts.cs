namespace Partnership.Tests.Pure;

internal static class PartnershipFileTexts
{
    /// <summary>A small partnership without problems; tests spoil it line by line.</summary>
    public const string Good =
        """
        partnership: Somewhere
        timeZone: Europe/London
        agencies:
          - { code: CON, name: Police, mayRefer: true, secureEmailDomains: [police.example], teams: [{ code: PVP, name: Vulnerable people }] }
          - { code: OLD, name: Old probation, until: 2021-06-25, successor: NEW, mayRefer: false }
          - { code: NEW, name: New probation, from: 2021-06-26, mayRefer: false }
        issuers:
          - { issuer: "https://id.example", agencies: [CON, NEW] }
          - { issuer: "${OTHER_ISSUER:-https://other.example}", agencies: [NEW] }
        people:
          - { id: p1, subject: anna, name: Anna Bell, hats: [{ agency: CON, team: PVP, role: marac-representative }] }
          - { id: p2, subject: carl, issuer: 2, name: Carl Dent, hats: [{ agency: NEW, role: ledger-reader, schemes: [marac] }] }
          - { id: p3, subject: dora, issuer: 1, name: Dora Eve, hats: [{ name: a, agency: NEW, role: officer }, { name: b, agency: CON, team: PVP, role: officer }] }
        bankHolidays:
          2026: [2026-12-25]
        marac:
          thresholds:
            - { version: one, from: 2020-01-01, visibleHighRisk: 14, escalationIncidents: 3, escalationMonths: 12 }
            - { version: two, from: 2030-01-01, visibleHighRisk: 17, escalationIncidents: 3, escalationMonths: 12, idvaOnly: { from: 14, to: 16 } }
          repeatDefinitionVersion: any-abuse
          repeatWindowMonths: 12
          dashAgeWarningWeeks: 4
          judgementMinChars: 50
          triageWorkingDays: 1
          infoReplyWorkingDays: 2
          needMaxDays: 90
        """;
}
