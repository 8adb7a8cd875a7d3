using System.Text;
using System.Text.Json;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Tests.Support.Hosts;
using Partnership.Tests.Support.Sharing;

namespace Partnership.Tests.Platform.Gateway.Matrix;

/// <summary>One table of the matrix with the view it is read as, so that a test can put its cells to the gateway.</summary>
internal sealed class MatrixCells
{
    private readonly MarkedView marked;
    private readonly IReadOnlyDictionary<Guid, ItemTraits> items;
    private readonly Func<ExpectedRelease, MarkedView, MatrixRelease> release;

    private MatrixCells(string name, MatrixTable table, string purpose, string route,
        Type view, MarkedView marked, Func<ExpectedRelease, MarkedView, IReadOnlyDictionary<Guid, ItemTraits>, MatrixRelease> release)
    {
        (Name, Table, Purpose, Route, View, this.marked) = (name, table, purpose, route, view, marked);
        items = MatrixFacts.ItemsOf(marked);
        this.release = (expected, of) => release(expected, of, items);
    }

    /// <summary>Every table there is: <see cref="SharingMatrix.Tables"/> with their routes and views.</summary>
    public static IReadOnlyList<MatrixCells> All { get; } =
    [
        Of<CaseView>("case", SharingMatrix.Case, "cases"),
        Of<ReferralView>("own-referral", SharingMatrix.OwnReferral, "referrals"),
        Of<ReferralView>("triaged-referral", SharingMatrix.TriagedReferral, "referrals"),
        Of<ResearchRequestView>("research-request", SharingMatrix.ResearchRequest, "research-requests"),
        Of<ResearchReturnView>("research-return", SharingMatrix.ResearchReturn, "research-returns"),
        Of<ActionView>("action", SharingMatrix.Action, "actions"),
        Of<FlagView>("flag", SharingMatrix.Flag, "flags"),
        Of<MeetingView>("meeting", SharingMatrix.Meeting, "meetings"),
    ];

    public string Name { get; }

    public MatrixTable Table { get; }

    public string Purpose { get; }

    /// <summary>Such as <c>/marac/cases</c>.</summary>
    public string Route { get; }

    public Type View { get; }

    public ReadOnlyMemory<byte> Json => marked.Json;

    public IReadOnlyList<MarkedValue> Values => marked.Values;

    public static MatrixCells Named(string name) => All.Single(cells => cells.Name == name);

    /// <summary>Every combination of what could change anything this person reads.</summary>
    public IEnumerable<On> CombinationsFor(string person)
    {
        var conditions = Enum.GetValues<On>().Where(on => on != On.None && Table.Relevant(person).HasFlag(on)).ToArray();
        for (var bits = 0; bits < 1 << conditions.Length; bits++)
            yield return conditions.Where((_, place) => (bits & (1 << place)) != 0).Aggregate(On.None, (all, one) => all | one);
    }

    /// <summary>Null where the record does not exist for this person.</summary>
    public ExpectedRelease? Expect(string person, On on) => Table.Expect(person, on, [.. items.Values]);

    public RecordFacts Facts(MatrixReader reader, On on) => MatrixFacts.Of(Table.RecordType, reader, on, marked, TimeProvider.System.GetUtcNow());

    public Guid Hold(MatrixPlatform.Started world, MatrixReader reader, On on) => world.Service.Hold(Table.RecordType, Facts(reader, on), Json);

    /// <summary>Whether an answer holds anything of the view at all.</summary>
    public bool AnyMarkIn(string text) => marked.MarksIn(text).Touched.Count > 0;

    /// <summary>What is wrong with an answer to the read of one record.</summary>
    public IEnumerable<string> Check(RawAnswer answer, ExpectedRelease? expected, string hidden)
    {
        if (expected is null) return answer.WithoutDate == hidden ? [] : [$"should be the 404 of any unknown record, but is {Shown(answer)}"];
        if (answer.Status != 200) return [$"should be there, but is {Shown(answer)}"];
        using var json = JsonDocument.Parse(answer.Body);
        return [.. CheckRecord(json.RootElement, Encoding.Latin1.GetString(answer.Bytes), expected)];
    }

    /// <summary>What is wrong with one page of a list, in which these records have to come, in this order.</summary>
    public IEnumerable<string> CheckRows(RawAnswer answer, IReadOnlyList<(Guid Id, On On, ExpectedRelease Expected)> rows)
    {
        if (answer.Status != 200) return [$"should be a page, but is {Shown(answer)}"];
        using var json = JsonDocument.Parse(answer.Body);
        if (!json.RootElement.TryGetProperty("items", out var page)) return ["is no page"];
        var given = page.EnumerateArray().ToList();
        if (!given.Select(row => row.GetProperty("id").GetGuid()).SequenceEqual(rows.Select(row => row.Id)))
            return [$"{given.Count} rows came, and {rows.Count} should have, or others"];
        var wrong = new List<string>();
        var rest = Encoding.Latin1.GetString(answer.Bytes);
        foreach (var (row, (_, on, expected)) in given.Zip(rows))
        {
            var text = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(row.GetRawText()));
            rest = rest.Replace(text, "", StringComparison.Ordinal);
            wrong.AddRange(CheckRecord(row, text, expected).Select(difference => $"{on}: {difference}"));
        }

        if (AnyMarkIn(rest)) wrong.Add("something of a record stands outside its row");
        return wrong;
    }

    private static MatrixCells Of<TView>(string name, MatrixTable table, string collection)
    {
        var purpose = SharingMatrix.Tables.Single(named => named.Table == table).Purpose;
        return new MatrixCells(
            name, table, purpose, $"/marac/{collection}", typeof(TView), new Marked<TView>(ItemTraits.All.Count),
            (expected, marked, items) => MatrixRelease.Of(expected, (Marked<TView>)marked, items));
    }

    private static string Shown(RawAnswer answer) => answer.WithoutDate is { Length: > 600 } text ? text[..600] : answer.WithoutDate;

    private IEnumerable<string> CheckRecord(JsonElement record, string text, ExpectedRelease expected)
    {
        foreach (var difference in release(expected, marked).Differences(text, record.GetProperty("data"))) yield return difference;

        // NR14.
        var obligations = record.GetProperty("obligations");
        if (!obligations.GetProperty("noOnward").GetBoolean()) yield return "may be shared onward";
        if (obligations.GetProperty("purpose").GetString() != Purpose) yield return "is for another purpose";
        if (!obligations.TryGetProperty("expires", out var expires) || expires.GetDateTimeOffset() <= TimeProvider.System.GetUtcNow()) yield return "has no end";
    }
}
