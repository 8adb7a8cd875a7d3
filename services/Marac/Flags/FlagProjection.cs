using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Cases;

namespace Partnership.Marac.Flags;

/// <summary>
/// The row a flag is read from. Who may read it is who may read its case, so it is written again whenever the case or its
/// register changes: a conflict declared today bars from an old flag too.
/// </summary>
internal static class FlagProjection
{
    public const string View = "flag";

    public static ViewRow Row(WholeCase whole) => new(
        View, whole.Flag.Id, VersionOf(whole), JsonSerializer.SerializeToUtf8Bytes(Envelope(whole), WireJson.Options),
        [ReachCodes.All, .. whole.Case.Members.Select(m => ReachCodes.Member(m.Agency, m.Team)).Distinct()], whole.Flag.Raised!.RaisedAt.ToUnixTimeMilliseconds(), []);

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline() => new()
    {
        Name = View,
        StreamType = CaseStreams.FlagType,
        Companions = stream => [RaisedBy(stream).CaseId, RaisedBy(stream).RegisterId],
        Seal = stream => CaseProjection.SealOf(RaisedBy(stream).CaseId),
        Project = source => Row(CaseStreams.Whole(source.Companions[0], source.Companions[1], source.Main)),
    };

    private static FlagRaised RaisedBy(LoadedStream stream) => (FlagRaised)stream.Events[0].Data;

    public static RecordEnvelope<FlagView> Envelope(WholeCase whole)
    {
        var raised = whole.Flag.Raised ?? throw new InvalidOperationException("There is no such flag.");
        return new()
        {
            Type = RecordTypes.MaracFlag,
            Id = whole.Flag.Id,
            Facts = CaseProjection.FactsOf(whole) with
            {
                Version = VersionOf(whole),
                State = CodeNames.Of(whole.Flag.Status ?? throw new InvalidOperationException("There is no such flag.")),
                Subjects = raised.Subjects,
                Needs = [],
            },
            Data = new FlagView
            {
                CaseId = raised.CaseId,
                Flagged = true,
                ExpiresOn = raised.ExpiresOn,
                Status = whole.Flag.Status.Value,
                Victim = new FlaggedPersonView { PersonId = raised.Victim.PersonId, Name = raised.Victim.Name },
                Perpetrators = [.. raised.Perpetrators.Select(p => new FlaggedPerpetratorView { PersonId = p.PersonId, Name = p.Name })],
            },
        };
    }

    private static long VersionOf(WholeCase whole) => whole.FactsVersion + whole.FlagVersion;
}
