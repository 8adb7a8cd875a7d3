using Partnership.Contracts;

namespace Partnership.Tests.Support.Sharing;

/// <summary>One command: who may give it, and what must be so of the record.</summary>
/// <param name="Purpose">A purpose it can be given for.</param>
/// <param name="State">A state in which that purpose serves the record.</param>
public sealed record MatrixCommand(string RecordType, string Command, string Purpose, string State, IReadOnlyDictionary<string, On> Gates)
{
    /// <summary>What must be so for this person; null where the command is not theirs.</summary>
    public On? GateOf(string person) => Gates.TryGetValue(person, out var gate) ? gate : null;
}

/// <summary>Every command, written by hand from the domain files (<c>marac</c> §3, <c>information-sharing</c> §5, design §6).</summary>
public static class MatrixCommands
{
    private static readonly Dictionary<string, On> Coordinator = new() { ["coordinator"] = On.None };

    public static IReadOnlyList<MatrixCommand> All { get; } =
    [
        .. Each(RecordTypes.MaracReferral, Purposes.MaracTriage, "SUBMITTED", Coordinator, "accept", "redirect", "withdraw"),
        .. Each(RecordTypes.MaracReferral, Purposes.MaracTriage, "REDIRECT_PROPOSED", new() { ["supervisor"] = On.None }, "confirm-redirect"),
        .. Each(
            RecordTypes.MaracCase, Purposes.MaracMeeting, "RESEARCH", Coordinator,
            "members", "relations", "needs", "summary", "holds", "amendments", "list", "request-research", "issue", "close", "unsafe-copies", "readers"),
        .. Each(RecordTypes.MaracCase, Purposes.MaracTriage, "ACCEPTED", Coordinator, "members", "relations", "needs", "summary", "list", "unsafe-copies", "readers"),
        .. Each(RecordTypes.MaracCase, Purposes.MaracFlag, "CLOSED_FLAGGED", Coordinator, "unsafe-copies", "readers"),
        .. Each(RecordTypes.MaracCase, Purposes.MaracMeeting, "RESEARCH", Of(Chairs(), On.None), "hear"),
        .. Each(RecordTypes.MaracCase, Purposes.MaracMeeting, "HEARD", Of(Chairs().Append("coordinator"), On.None), "minutes", "actions"),
        .. Each(RecordTypes.MaracCase, Purposes.MaracMeeting, "LISTED", Of(SharingMatrix.Coordination(), On.None), "resolve-conflict"),
        .. Each(RecordTypes.MaracCase, Purposes.MaracFlag, "CLOSED_FLAGGED", Of(SharingMatrix.Coordination(), On.None), "resolve-conflict"),
        .. Each(
            RecordTypes.MaracCase, Purposes.MaracMeeting, "LISTED",
            With(With(Of(SharingMatrix.Coordination(), On.None), SharingMatrix.Represented(), On.Member), ["victims-hub"], On.Member | On.Supporting), "conflicts"),
        .. Each(
            RecordTypes.MaracResearchRequest, Purposes.MaracResearch, "OPEN",
            With(With(Of(["coordinator"], On.None), SharingMatrix.Represented(), On.Addressee), ["victims-hub"], On.Addressee | On.Supporting), "return"),
        .. Each(RecordTypes.MaracResearchReturn, Purposes.MaracResearch, "RETURNED", new() { ["caldicott"] = On.OwnAgency }, "caldicott"),
        .. Each(RecordTypes.MaracAction, Purposes.MaracAction, "OPEN", Coordinator, "confirm-need"),
        .. Each(
            RecordTypes.MaracAction, Purposes.MaracAction, "OPEN",
            With(
                With(Of(SharingMatrix.Represented(), On.Addressee), ["victims-hub"], On.Addressee | On.Supporting),
                ["pes", "council-licensing"], On.Addressee | On.Assigned | On.Need),
            "outcome"),
        .. Each(RecordTypes.SharingEmergency, Purposes.Audit, "TO_REVIEW", new() { ["dpo"] = On.None }, "review"),
    ];

    private static IEnumerable<string> Chairs() => ["marac-chair", "independent-chair", "health-chair"];

    private static IEnumerable<MatrixCommand> Each(string recordType, string purpose, string state, Dictionary<string, On> gates, params string[] commands) =>
        commands.Select(command => new MatrixCommand(recordType, command, purpose, state, gates));

    private static Dictionary<string, On> Of(IEnumerable<string> people, On gate) => people.ToDictionary(person => person, _ => gate);

    private static Dictionary<string, On> With(Dictionary<string, On> gates, IEnumerable<string> people, On gate) =>
        gates.Concat(people.Select(person => KeyValuePair.Create(person, gate))).ToDictionary();
}
