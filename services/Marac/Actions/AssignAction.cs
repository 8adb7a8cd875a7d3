using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Actions;

/// <summary><c>POST /marac/cases/{id}/actions</c>: 201, the action. No action without owner and date.</summary>
internal static class AssignActionSlice
{
    private const int Attempts = 4;

    /// <summary>Groups an action can need: the people it is about. An account of what happened is the case's.</summary>
    public static IReadOnlyList<string> Groups { get; } =
    [
        FieldGroups.VictimIdentity, FieldGroups.Diversity, FieldGroups.VictimLocation, FieldGroups.SafeContact, FieldGroups.PerpetratorIdentity,
        FieldGroups.Children, FieldGroups.ChildPlaces, FieldGroups.Actions,
    ];

    public static async Task<IResult> HandleAsync(
        Guid id, HttpContext http, CallerContext caller, Idempotency idempotency, CaseStreams cases, IEventStore store,
        PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct)
    {
        var once = await idempotency.BeginAsync(http, caller, ct);
        if (once.Answer is { } done) return done;
        var report = new InputReport();
        var body = Read(caller.Body, partnership, clock.GetUtcNow(), report);
        if (body is not { DueOn: { } dueOn } || report.HasErrors) return Problem.Invalid(report.ByField());

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await cases.LoadAsync(id, ct) is not { } whole) return TypedResults.NotFound();
            if (caller.FactsChangedFrom(whole.FactsVersion)) return Problem.FactsChanged();
            var now = clock.GetUtcNow();
            var actionId = Guid.CreateVersion7(now);
            var decision = CaseAction.Assign(new AssignAction(
                actionId, whole.Case, new Party(body.OwnerAgency!, body.OwnerTeam), body.OwnerPerson!, body.Description!, body.Targets, dueOn, body.Needs,
                Actor.Of(caller.Caller), now));
            if (decision.Refused is { } refusal) return Problem.Refused(refusal);
            var location = $"/marac/actions/{actionId}";
            var verdict = await store.AppendAsync(
                new Append
                {
                    Streams = ActionStreams.Appending(whole, CaseAction.None, 0, decision.Events, now),
                    Idempotency = once.Row(StatusCodes.Status201Created, location, id),
                    Headers = caller.Headers(),
                },
                ct);
            switch (verdict)
            {
                case AppendVerdict.Written:
                    return TypedResults.Created(location);
                case AppendVerdict.AlreadyDone already:
                    return once.Settle(already);
                case AppendVerdict.Erased:
                    return TypedResults.NotFound();
            }
        }

        return Problem.FactsChanged();
    }

    public static AssignActionRequest? Read(ReadOnlyMemory<byte> sent, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new AssignActionRequest
        {
            OwnerAgency = b.Text("ownerAgency", 20),
            OwnerTeam = b.Text("ownerTeam", 20),
            OwnerPerson = b.Text("ownerPerson", 60),
            Description = b.Text("description", ReferralBody.NoteLength, lines: true),
            Targets = b.Codes<ActionTarget>("targets", 4),
            DueOn = b.Date("dueOn"),
            Needs = b.Texts("needs", Groups.Count, 40),
        });
        if (body is null) return null;
        report.Require(body.OwnerAgency, "ownerAgency", "Say which agency owns the action.");
        report.Require(body.OwnerPerson, "ownerPerson", "Name the person who carries it out.");
        report.Require(body.Description, "description", "Write what is to be done.");
        report.RequireAny(body.Targets, "targets", "Say whose safety it is for.");
        report.Require(body.DueOn, "dueOn", "Say by when.");
        var today = partnership.DayAt(now);
        if (body.DueOn < today) report.Error("dueOn", InputCodes.InPast, "An action is due from today on.");
        if (body.DueOn > today.AddYears(2)) report.Error("dueOn", InputCodes.TooFarAhead, "An action is due within two years.");
        CheckGroups(body.Needs, "needs", report);
        CheckOwner(body, partnership, now, today, report);
        return body with { Targets = [.. body.Targets.Distinct()] };
    }

    public static void CheckGroups(IReadOnlyList<string> groups, string field, InputReport report)
    {
        if (groups.Except(Groups).Any()) report.Error(field, InputCodes.UnknownCode, $"Write names of {string.Join(", ", Groups)}.");
    }

    private static void CheckOwner(AssignActionRequest body, PartnershipConfiguration partnership, DateTimeOffset now, DateOnly today, InputReport report)
    {
        if (body.OwnerAgency is not { } agency || body.OwnerPerson is not { } person) return;
        if (!MeetingParties.IsTeam(new Party(agency, body.OwnerTeam), partnership, now))
        {
            report.Error(
                partnership.FindAgency(agency) is null ? "ownerAgency" : "ownerTeam", InputCodes.UnknownCode,
                "Write the code of an agency and, where it has teams, of its team.");
            return;
        }

        if (!partnership.People.Any(p => p.Id == person && (p.From is null || p.From <= today) && (p.Until is null || today <= p.Until)
            && p.Hats.Any(h => h.Agency == agency && h.Team == body.OwnerTeam)))
        {
            report.Error("ownerPerson", "not-of-owner", "Name a person of that agency and team by their id in the people register.");
        }
    }
}
