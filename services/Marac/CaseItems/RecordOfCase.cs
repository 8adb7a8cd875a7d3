using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.Cases;

namespace Partnership.Marac.CaseItems;

/// <summary>
/// A record that hangs on a case, as it is read: its own row and the case's, of one moment. Who may see it follows the case
/// as it is now, so that a conflict declared a moment ago bars from every request, return and action at once.
/// </summary>
/// <param name="Row">The record's own row.</param>
/// <param name="Case">The case.</param>
/// <param name="CaseRow">The case's row.</param>
internal sealed record RecordOfCase(LoadedView Row, RecordEnvelope<CaseView> Case, LoadedView CaseRow)
{
    /// <summary>Null when either has been erased.</summary>
    /// <param name="today">The partnership's day: the case's facts as they are on it.</param>
    public static RecordOfCase? Of(ViewFamily family, DateOnly today)
    {
        if (family.Row.Erased || family.Others.FirstOrDefault(o => o.View == CaseProjection.View && !o.Row.Erased) is not { } it) return null;
        var row = it.Row with { Body = ChildCases.AsOf(it.Row.Body, today) };
        return new RecordOfCase(family.Row, CaseGuard.CaseOf(row), row);
    }

    public TRow Read<TRow>() => JsonSerializer.Deserialize<TRow>(Row.Body.Span, WireJson.Options)
        ?? throw new InvalidOperationException("The row of a record is empty.");

    /// <summary>The facts every such record shares with its case.</summary>
    public RecordFacts Facts(string state) => new()
    {
        Version = Case.Facts.Version + Row.Version,
        State = state,
        Scheme = Case.Facts.Scheme,
        Subjects = Case.Facts.Subjects,
        Members = Case.Facts.Members,
        Relations = Case.Facts.Relations,
        Needs = Case.Facts.Needs,
        UnsafeCopies = Case.Facts.UnsafeCopies,
        Conflicts = Case.Facts.Conflicts,
        Readers = Case.Facts.Readers,
        ChildCase = Case.Facts.ChildCase,
        Held = Case.Facts.Held,
    };
}
