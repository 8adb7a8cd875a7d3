using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.Contracts.Records;
using Partnership.Contracts.Sharing;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.InformationSharing;

/// <summary>Who has seen what: the ledger by record, agency and period, and by the person concerned.</summary>
/// <remarks>
/// The gateway decides each row and records the reading; here rows are kept to the schemes in the caller's reach
/// (<c>scheme:marac</c>). Exactly the entries that a scan of the ledger would find.
/// </remarks>
public static class DisclosureEndpoints
{
    private const string ReachPrefix = "scheme:";

    public static RouteGroupBuilder MapDisclosures(this RouteGroupBuilder group)
    {
        group.MapGet("/sharing/disclosures", ListAsync);
        group.MapPost("/sharing/disclosures/search", SearchAsync);
        return group;
    }

    /// <param name="record">Id of a record.</param>
    /// <param name="agency">Code of the agency that acted or received.</param>
    /// <param name="from">A time, or a day of the partnership: from its beginning.</param>
    /// <param name="to">A time, not included; or a day of the partnership: to its end.</param>
    private static async Task<Results<Ok<RecordPage<EntryView>>, ProblemHttpResult>> ListAsync(
        string? scheme, string? record, string? agency, string? from, string? to, string? after, string? limit,
        CallerContext caller, DisclosureReader reader, EntryViews views, Registry registry, CancellationToken ct)
    {
        var input = new Input(registry.Configuration);
        var query = new DisclosureQuery(
            Schemes(caller, scheme),
            input.Id(record, "record"),
            Subject: null,
            input.Code(agency, "agency"),
            input.Time(from, "from", endOfDay: false),
            input.Time(to, "to", endOfDay: true),
            input.After(after),
            input.Limit(limit));
        return input.Problem is { } problem ? problem : TypedResults.Ok(await PageAsync(query, reader, views, ct));
    }

    private static async Task<Results<Ok<RecordPage<EntryView>>, ProblemHttpResult>> SearchAsync(
        DisclosureSearch search, string? after, string? limit,
        CallerContext caller, DisclosureReader reader, EntryViews views, Registry registry, CancellationToken ct)
    {
        var input = new Input(registry.Configuration);
        var query = new DisclosureQuery(
            Schemes(caller, search.Scheme), Record: null, input.Id(search.SubjectId, "subjectId"), Agency: null, From: null, To: null,
            input.After(after), input.Limit(limit));
        return input.Problem is { } problem ? problem : TypedResults.Ok(await PageAsync(query, reader, views, ct));
    }

    private static async Task<RecordPage<EntryView>> PageAsync(
        DisclosureQuery query, DisclosureReader reader, EntryViews views, CancellationToken ct)
    {
        var (entries, more) = await reader.ReadAsync(query, ct);
        return new RecordPage<EntryView>
        {
            Items = [.. entries.Select(views.Of)],
            Next = more ? entries[^1].Position.ToString(CultureInfo.InvariantCulture) : null,
        };
    }

    /// <summary>The schemes in reach, or the one asked for if it is among them. A scheme out of reach is an empty page, not an error.</summary>
    internal static IReadOnlyList<string> Schemes(CallerContext caller, string? asked) =>
    [
        .. caller.Reach
            .Where(r => r.StartsWith(ReachPrefix, StringComparison.Ordinal))
            .Select(r => r[ReachPrefix.Length..])
            .Where(s => asked is null || s == asked)
            .Distinct(),
    ];

    /// <summary>Reads parameters; collects what is wrong with them and repeats no value.</summary>
    internal sealed class Input(PartnershipConfiguration partnership)
    {
        private readonly Dictionary<string, string[]> errors = [];

        public ProblemHttpResult? Problem => errors.Count == 0 ? null : ServiceDefaults.Problem.Invalid(errors);

        public string? Id(string? value, string field)
        {
            if (value is null) return null;
            // Entries hold ids as we write them; an id spelt with capitals is the same id.
            if (Guid.TryParseExact(value, "D", out var id)) return id.ToString();
            return Wrong<string>(field, "not-an-id: Give an id as it stands in a record.");
        }

        public string? Code(string? value, string field) =>
            value is null || value is { Length: > 0 and <= 20 } ? value : Wrong<string>(field, "not-a-code: Give the code of an agency.");

        public DateTimeOffset? Time(string? value, string field, bool endOfDay)
        {
            if (value is null) return null;
            if (DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue)
                return partnership.StartOf(endOfDay ? day.AddDays(1) : day);
            return DateTimeOffset.TryParseExact(value, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : Wrong<DateTimeOffset?>(field, "not-a-time: Give a day such as 2026-11-02 or a time such as 2026-11-02T09:00:00Z.");
        }

        public long? After(string? value)
        {
            if (value is null) return null;
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                ? position
                : Wrong<long?>("after", "not-a-cursor: Give the cursor of the page before.");
        }

        public int Limit(string? value)
        {
            if (value is null) return DisclosureQuery.MaxLimit;
            return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= DisclosureQuery.MaxLimit
                ? limit
                : Wrong<int>("limit", "out-of-range: Give a number from 1 to 50.");
        }

        private static readonly string[] Times =
            ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

        private T? Wrong<T>(string field, string error)
        {
            errors[field] = [error];
            return default;
        }
    }
}
