namespace Partnership.SharingRules;

/// <summary>
/// Who asks: one person (or system) in one hat, as the people register has them. Never made from a token's claims alone.
/// </summary>
/// <param name="PersonId">Id in the people register. Compared with conflict registers and reader lists.</param>
/// <param name="Pseudonym">The person as this scheme knows them: what services and the ledger see.</param>
/// <param name="Name">Name in the register. Compared, normalised, with conflict registers; used for nothing else.</param>
/// <param name="Agency">Code of the agency whose hat is worn.</param>
/// <param name="Team">Team, where teams are separate principals.</param>
/// <param name="Role">Role in this hat.</param>
/// <param name="Hat">Name of the hat; null for people who have one.</param>
/// <param name="Schemes">Schemes whose ledger this person may read.</param>
/// <param name="IsPerson">
/// False for a token without a named person: such a principal gets no record that has a conflict or reader list, since
/// nobody could tell whether the person behind it is on it.
/// </param>
public sealed record Principal(
    string PersonId, string Pseudonym, string Name, string Agency, string? Team, string Role, string? Hat,
    IReadOnlyList<string> Schemes, bool IsPerson)
{
    /// <summary>
    /// This one decision is made under an emergency that the caller has opened: condition <c>emergency</c>. The gateway sets it
    /// when the emergency is open, is theirs, and is not for another record; never for lists and commands.
    /// </summary>
    public bool InEmergency { get; init; }

    /// <summary>Codes only, so that a principal in a log line never shows a name.</summary>
    public override string ToString() => $"{Agency}/{Team ?? "-"}/{Role}";
}
