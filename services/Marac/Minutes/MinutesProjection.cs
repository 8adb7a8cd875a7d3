using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;

namespace Partnership.Marac.Minutes;

/// <summary>The row of the minutes of a case at one meeting: its lines, each with who may read it.</summary>
internal static class MinutesProjection
{
    public static ViewRow Row(Guid id, Guid caseId, CaseMinutes minutes) => new(
        CaseFamilies.Minutes, id, minutes.Recorded.Count, ItemRow.Body(minutes.Recorded.SelectMany(ItemsOf), new MinutesRow(caseId)),
        [CaseFamilies.CodeOf(caseId)], minutes.Recorded[0].RecordedAt.ToUnixTimeMilliseconds(), []);

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
