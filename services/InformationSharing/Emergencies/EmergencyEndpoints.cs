using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Partnership.Contracts;
using Partnership.Contracts.Records;
using Partnership.Contracts.Sharing;
using Partnership.EventStore;
using Partnership.ServiceDefaults;

namespace Partnership.InformationSharing.Emergencies;

/// <summary>
/// Emergency access (<c>information-sharing</c> §5): opened by a duty officer, good for one person and half an hour, told at
/// once to those who answer for it, and reviewed within a working day.
/// </summary>
internal static class EmergencyEndpoints
{
    private const int MostRows = 50, MostAttempts = 8;

    public static RouteGroupBuilder MapEmergencies(this RouteGroupBuilder group)
    {
        group.MapPost("/sharing/emergencies", OpenAsync);
        group.MapGet("/sharing/emergencies", ListAsync);
        group.MapGet("/sharing/emergencies/{id:guid}", ReadAsync);
        group.MapGet("/sharing/emergencies/{id:guid}/facts", FactsAsync);
        group.MapPost("/sharing/emergencies/{id:guid}/review", ReviewAsync);
        // For the gateway alone.
        group.MapGet("/internal/emergencies/{id:guid}", LookUpAsync);
        group.MapPost("/internal/emergencies/{id:guid}/uses", UseAsync);
        return group;
    }

    private static async Task<IResult> OpenAsync(
        HttpContext http, CallerContext caller, EmergencyStreams emergencies, Idempotency idempotency, Registry registry, EmergencyMeter meter,
        TimeProvider clock, CancellationToken ct)
    {
        var once = await idempotency.BeginAsync(http, caller, ct);
        if (once.Answer is { } answer) return answer;
        var partnership = registry.Configuration;
        var input = new EmergencyInput(caller.Body);
        if (input.ReadOpening(partnership.Emergency.ReasonMinChars) is not { } body) return Problem.Invalid(input.Errors);
        for (var attempt = 1; ; attempt++)
        {
            var now = clock.GetUtcNow();
            var (earlier, version) = await emergencies.CountAsync(caller.Caller.Person, ct);
            var command = new OpenEmergency(
                Guid.CreateVersion7(now), body.Type, body.Reason, body.PersonAtRisk,
                caller.Caller.Person, caller.Caller.Agency, caller.Caller.Team, caller.Caller.Role);
            var opened = Emergency.Open(command, earlier, partnership, now);
            var location = $"/sharing/emergencies/{opened.EmergencyId}";
            switch (await emergencies.OpenAsync(opened, version, once.Row(StatusCodes.Status201Created, location, opened.EmergencyId), caller.Headers(), ct))
            {
                case AppendVerdict.Written:
                    meter.Opened(opened);
                    return TypedResults.Created(location);
                case AppendVerdict.AlreadyDone already:
                    return once.Settle(already);
                case AppendVerdict.Conflict when attempt < MostAttempts:
                    continue;
                default:
                    return Problem.FactsChanged();
            }
        }
    }

    private static async Task<IResult> ListAsync(string? after, string? limit, CallerContext caller, IEventStore store, TimeProvider clock, CancellationToken ct)
    {
        var count = MostRows;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostRows))
            return Problem.Invalid("limit", "out-of-range", $"Ask for 1 to {MostRows}.");
        ViewCursor? cursor = null;
        if (after is not null && !TryReadCursor(after, out cursor)) return Problem.Invalid("after", "not-a-cursor", "Send the cursor of the page before.");
        var rows = caller.Reach.Count == 0 ? [] : await store.PageViewAsync(EmergencyProjection.View, caller.Reach, cursor, count + 1, ct);
        var now = clock.GetUtcNow();
        return TypedResults.Ok(new RecordPage<EmergencyView>
        {
            Items = [.. rows.Take(count).Where(r => !r.Erased).Select(r => EmergencyProjection.Envelope(r, now))],
            Next = rows.Count > count ? string.Create(CultureInfo.InvariantCulture, $"{rows[count - 1].SortKey}.{rows[count - 1].Id:N}") : null,
        });
    }

    private static async Task<Results<Ok<RecordEnvelope<EmergencyView>>, NotFound>> ReadAsync(Guid id, IEventStore store, TimeProvider clock, CancellationToken ct) =>
        await store.LoadViewAsync(EmergencyProjection.View, id, ct) is { Erased: false } row
            ? TypedResults.Ok(EmergencyProjection.Envelope(row, clock.GetUtcNow()))
            : TypedResults.NotFound();

    private static async Task<Results<Ok<FactsEnvelope>, NotFound>> FactsAsync(Guid id, IEventStore store, CancellationToken ct) =>
        await store.LoadViewAsync(EmergencyProjection.View, id, ct) is { Erased: false } row
            ? TypedResults.Ok(new FactsEnvelope
            {
                Type = RecordTypes.SharingEmergency,
                Id = id,
                Facts = EmergencyProjection.FactsOf(EmergencyProjection.Read(row), row.Version),
            })
            : TypedResults.NotFound();

    private static async Task<IResult> ReviewAsync(
        Guid id, CallerContext caller, EmergencyStreams emergencies, EmergencyMeter meter, TimeProvider clock, CancellationToken ct)
    {
        if (await emergencies.LoadAsync(id, ct) is not var (emergency, version)) return TypedResults.NotFound();
        if (caller.FactsChangedFrom(version)) return Problem.FactsChanged();
        var input = new EmergencyInput(caller.Body);
        if (input.ReadReview() is not { } body) return Problem.Invalid(input.Errors);
        var decision = emergency.Judge(body.Outcome, body.Note, caller.Caller.Person, clock.GetUtcNow());
        if (decision.Refused is { } refusal) return Problem.Refused(refusal);
        var reviewed = (EmergencyReviewed)decision.Events[0];
        switch (await emergencies.AppendAsync(emergency, version, reviewed, caller.Headers(), ct))
        {
            case AppendVerdict.Written:
                meter.Reviewed(reviewed);
                return TypedResults.NoContent();
            case AppendVerdict.Erased:
                return TypedResults.NotFound();
            default:
                return Problem.FactsChanged();
        }
    }

    /// <summary>404 for what is not open, and for what is not the caller's: an id alone opens nothing.</summary>
    private static async Task<Results<Ok<Contracts.Sharing.OpenEmergency>, NotFound>> LookUpAsync(
        Guid id, CallerContext caller, EmergencyStreams emergencies, TimeProvider clock, CancellationToken ct) =>
        await emergencies.LoadAsync(id, ct) is var (emergency, _) && emergency.IsOf(caller.Caller) && emergency.IsOpen(clock.GetUtcNow())
            ? TypedResults.Ok(new Contracts.Sharing.OpenEmergency
            {
                Until = emergency.Opening.Until,
                Reason = emergency.Opening.Reason ?? "",
                RecordType = emergency.RecordType,
                RecordId = emergency.RecordId,
            })
            : TypedResults.NotFound();

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> UseAsync(
        Guid id, EmergencyUse use, CallerContext caller, EmergencyStreams emergencies, EmergencyMeter meter, TimeProvider clock, CancellationToken ct)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            if (await emergencies.LoadAsync(id, ct) is not var (emergency, version)) return TypedResults.NotFound();
            if (emergency.Use(caller.Caller, use, clock.GetUtcNow()) is not { } used) return TypedResults.NotFound();
            switch (await emergencies.AppendAsync(emergency, version, used, caller.Headers(), ct))
            {
                case AppendVerdict.Written:
                    meter.Used();
                    return TypedResults.NoContent();
                case AppendVerdict.Erased:
                    return TypedResults.NotFound();
            }
        }

        return Problem.FactsChanged();
    }

    private static bool TryReadCursor(string text, out ViewCursor? cursor)
    {
        cursor = null;
        if (text.Split('.') is not [var sortKey, var id]
            || !long.TryParse(sortKey, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key)
            || !Guid.TryParseExact(id, "N", out var row))
        {
            return false;
        }

        cursor = new ViewCursor(key, row);
        return true;
    }
}
