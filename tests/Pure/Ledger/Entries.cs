using Partnership.Ledger;

namespace Partnership.Tests.Pure.Ledger;

internal static class Entries
{
    public static DisclosureEntry Golden { get; } = new()
    {
        EntryId = Guid.Parse("0192f0a0-1111-7abc-8def-000000000001"),
        At = new DateTimeOffset(2026, 11, 2, 9, 15, 30, 120, TimeSpan.Zero),
        Operation = LedgerOperations.Consultation,
        Outcome = LedgerOutcomes.Permit,
        Actor = new EntryActor("p.7Qd1", "CFRS", null, "marac-representative", null, "s-1"),
        Service = "marac",
        PurposeCode = "marac-meeting",
        LegalPower = "CDA_S115",
        LawfulBasis = "ART_6_1_E",
        Condition = "SCH1_PARA18",
        Regime = "UK_GDPR",
        IsaVersion = "marac/1",
        PolicyVersion = "1",
        AgreementSet = "q1w2",
        Recipients = ["CFRS"],
        Channel = "API",
        Classification = "OFFICIAL-SENSITIVE",
        CorrelationId = "c-\"1\"\\",
        TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        BodyDigest = "AAEC",
        DigestKey = "1.x",
        Nonce = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(),
        Records =
        [
            new EntryRecord
            {
                RecordType = "marac.case",
                RecordId = "0192f0a0-2222-7abc-8def-000000000002",
                SubjectIds = ["0192f0a0-3333-7abc-8def-000000000003"],
                FieldGroups = ["meta", "perpetrator-identity"],
                HeldBack = ["victim-location"],
                MasksApplied = ["children:flag"],
                DecisionRule = ["marac/4.1"],
                // Given out of order on purpose: the bytes must not depend on it.
                Facts = new Dictionary<string, bool> { ["own-tenancy"] = false, ["member"] = true, ["known-to"] = true },
            },
        ],
    };
}
