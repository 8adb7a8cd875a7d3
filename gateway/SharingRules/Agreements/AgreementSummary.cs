namespace Partnership.SharingRules;

/// <summary>What a central log of agreements shows of one.</summary>
public sealed record AgreementSummary(
    string Id, string Title, string Version, string Scheme, DateOnly SignedOn, DateOnly EffectiveFrom, DateOnly? ExpiresAfter, DateOnly ReviewBy,
    IReadOnlyList<string> RecordTypes);
