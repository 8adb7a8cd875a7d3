using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.Marac.Referrals.Rules;
using Partnership.Marac.Triage;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Search;

/// <summary>
/// <c>POST /marac/search</c>: cases of somebody who may be the one described, as victim or as perpetrator. Only keyed hashes
/// are compared, and nothing of the question is kept or written anywhere. Each hit is a record that the gateway decides by itself.
/// </summary>
internal static class SearchCasesSlice
{
    private const int MostRows = 50;

    public static RouteGroupBuilder MapSearch(this RouteGroupBuilder routes)
    {
        routes.MapPost("/marac/search", PostAsync);
        return routes;
    }

    private static async Task<IResult> PostAsync(
        HttpRequest request, CallerContext caller, IEventStore store, ISearchHasher hasher, PartnershipConfiguration partnership, TimeProvider clock,
        CancellationToken ct)
    {
        var report = new InputReport();
        var body = Read(caller.Body, report);
        var limit = NumberIn(request, "limit", MostRows, report) is var sent && sent is < 1 or > MostRows ? MostRows : sent;
        var after = NumberIn(request, "after", 0, report);
        if (body is null || report.HasErrors) return Problem.Invalid(report.ByField());
        var found = caller.Reach.Count == 0 ? [] : await FindAsync(body, store, hasher, ct);

        var today = partnership.DayAt(clock.GetUtcNow());
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            foreach (var id in found.Skip(after).Take(limit))
            {
                if (await store.LoadFamilyAsync(CaseFamilies.OfCase, id, ct) is { Row.Erased: false } family && CaseAnswer.Of(family, today) is { } answer)
                    writer.WriteRawValue(answer.Span);
            }

            writer.WriteEndArray();
            if (found.Count > after + limit) writer.WriteString("next", (after + limit).ToString(CultureInfo.InvariantCulture));
            else writer.WriteNull("next");
            writer.WriteEndObject();
        }

        return TypedResults.Bytes(output.WrittenMemory, "application/json");
    }

    /// <summary>The likeliest first: by how much of what was asked is true of one person of the case.</summary>
    private static async Task<IReadOnlyList<Guid>> FindAsync(SearchCasesRequest asked, IEventStore store, ISearchHasher hasher, CancellationToken ct)
    {
        var likeliness = new Dictionary<Guid, int>();
        foreach (var part in (string[])[MatchTerms.Victim, MatchTerms.Perpetrator])
        {
            // A birthday is shared by many; it makes a hit likelier and never makes one.
            var hits = await store.SearchAsync(CaseProjection.View, MatchTerms.PersonAs(part, asked.Name, asked.Phone, asked.Postcode, hasher), ct);
            if (hits.Count == 0) continue;
            var born = asked.DateOfBirth is { } date
                ? (await store.SearchAsync(CaseProjection.View, MatchTerms.BornNear(part, date, hasher), ct)).Select(h => h.Id).ToHashSet()
                : [];
            foreach (var hit in hits)
            {
                var points = hit.Kinds.Distinct().Count() + (born.Contains(hit.Id) ? 1 : 0);
                likeliness[hit.Id] = Math.Max(points, likeliness.GetValueOrDefault(hit.Id));
            }
        }

        return [.. likeliness.OrderByDescending(h => h.Value).ThenByDescending(h => h.Key).Select(h => h.Key)];
    }

    public static SearchCasesRequest? Read(ReadOnlyMemory<byte> sent, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new SearchCasesRequest
        {
            Name = b.Text("name", ReferralBody.NameLength),
            DateOfBirth = b.Date("dateOfBirth"),
            Phone = b.Text("phone", 40),
            Postcode = b.Text("postcode", 12),
        });
        if (body is null) return null;
        if (body.Name is { } name && Names.Fault(name) is { } fault) report.Error("name", fault, Names.SentenceOf(fault));
        ContactRules.CheckNumber(body.Phone, "phone", report);
        if (body is { Name: null, Phone: null, Postcode: null } && !report.HasErrors)
            report.Error("name", InputCodes.Required, "Give a name, a phone number or a postcode.");
        return body;
    }

    private static int NumberIn(HttpRequest request, string name, int otherwise, InputReport report)
    {
        if (request.Query[name] is not { Count: > 0 } values) return otherwise;
        if (int.TryParse(values, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        report.Error(name, "not-a-cursor", "Send the cursor of the page before.");
        return otherwise;
    }
}
