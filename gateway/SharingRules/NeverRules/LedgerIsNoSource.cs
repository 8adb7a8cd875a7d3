using Partnership.Contracts;

namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// NR12: the disclosure ledger is no source of performance figures. Its entries are for ledger readers alone; an agreement that
/// permits them to any other role does not compile.
/// </summary>
internal static class LedgerIsNoSource
{
    public const string Id = "NR12";

    private const string Reader = "ledger-reader";

    public static bool Denies(string role, string recordType) => recordType == RecordTypes.SharingEntry && role != Reader;
}
