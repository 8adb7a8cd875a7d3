using System.Text.Json;
using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.EventStore;
using Partnership.Marac.CaseItems;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Actions;

/// <summary>An action as it is read: its own row, with people and facts of the case as it is now.</summary>
internal static class ActionReading
{
    public static Task<IResult> ListAsync(
        HttpRequest request, CallerContext caller, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.PageAsync(store, CaseFamilies.OfAction, From(partnership, clock), caller, request, ct);

    public static Task<IResult> ReadAsync(Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.RecordAsync(store, CaseFamilies.OfAction, From(partnership, clock), id, ct);

    public static Task<IResult> ReadFactsAsync(Guid id, IEventStore store, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct) =>
        Reading.FactsAsync(store, CaseFamilies.OfAction, From(partnership, clock), id, ct);

    private static Func<ViewFamily, ReadOnlyMemory<byte>?> From(PartnershipConfiguration partnership, TimeProvider clock)
    {
        var today = partnership.DayAt(clock.GetUtcNow());
        return family => From(family, today);
    }

    private static ReadOnlyMemory<byte>? From(ViewFamily family, DateOnly today)
    {
        if (RecordOfCase.Of(family, today) is not { } read) return null;
        var row = ItemRow.Record<ActionRow>(read.Row);
        var item = ItemRow.Items(CaseFamilies.Actions, read.Row, new CaseGuard(read.CaseRow)).Single();
        var it = JsonSerializer.Deserialize<CaseActionView>(item.Data, WireJson.Options) ?? throw new InvalidOperationException("The row of an action is empty.");
        var facts = read.Facts(CodeNames.Of(row.Status));
        var owner = new MemberFact(it.OwnerAgency, it.OwnerTeam);
        return JsonSerializer.SerializeToUtf8Bytes(
            new RecordEnvelope<ActionView>
            {
                Type = RecordTypes.MaracAction,
                Id = read.Row.Id,
                Facts = facts with
                {
                    Addressee = owner,
                    Assigned = row.OwnerPerson.Length > 0 ? [row.OwnerPerson] : [],
                    Needs = ActionProjection.NeedsOf(row, owner),
                    Held = item.Hold is null ? facts.Held : [.. facts.Held.Append(FieldGroups.Actions).Distinct()],
                },
                Data = new ActionView
                {
                    CaseId = row.CaseId,
                    OwnerAgency = it.OwnerAgency,
                    OwnerTeam = it.OwnerTeam,
                    Description = it.Description,
                    Targets = it.Targets,
                    DueOn = it.DueOn,
                    Status = it.Status,
                    Outcome = it.Outcome,
                    Victim = read.Case.Data.Victim,
                    Perpetrators = read.Case.Data.Perpetrators,
                    Children = read.Case.Data.Children,
                },
            },
            WireJson.Options);
    }
}
