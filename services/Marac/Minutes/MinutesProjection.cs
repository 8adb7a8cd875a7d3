using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;

namespace Partnership.Marac.Minutes;

/// <summary>The row of the minutes of a case at one meeting: its lines, each with who may read it.</summary>
internal static class MinutesProjection
{
    public static ViewRow Row(Guid id, Guid caseId, CaseMinutes minutes) => new(
        CaseFamilies.Minutes, id, minutes.Recorded.Count, ItemRow.Body(minutes.Recorded.SelectMany(ItemsOf), new MinutesRow(caseId)),
        [CaseFamilies.CodeOf(caseId)], minutes.Recorded[0].RecordedAt.ToUnixTimeMilliseconds(), []);

    /// <summary>The same row from the log, for making the view anew.</summary>
    public static InlineView Inline() => new()
    {
        Name = CaseFamilies.Minutes,
        StreamType = MinutesStreams.StreamType,
        Seal = stream => CaseProjection.SealOf(CaseOf(stream)),
        Project = source => Row(source.Main.StreamId, CaseOf(source.Main), MinutesStreams.Fold(source.Main)),
    };

    private static Guid CaseOf(LoadedStream stream) => ((MinutesEvent)stream.Events[0].Data).CaseId;

    private static IEnumerable<CaseItem> ItemsOf(MinutesRecorded recorded) => recorded.Lines.Select(line => new CaseItem(
        new ItemFact(line.LineId)
        {
            Owner = new MemberFact(recorded.Agency, recorded.Team),
            Readers = MeetingParties.FactsOf(line.Readers),
        },
        recorded.RecordedAt,
        line.Text,
        new MinutesLineView
        {
            ItemId = line.LineId,
            About = line.About,
            FactOrOpinion = line.FactOrOpinion,
            Text = line.Text,
            RecordedAt = recorded.RecordedAt,
            Readers = line.Readers,
        }));

    /// <summary>What the row needs beside its lines.</summary>
    private sealed record MinutesRow(Guid CaseId);
}
