using Partnership.Contracts.Marac;
using Partnership.EventStore;
using Partnership.Marac.Actions;
using Partnership.Marac.Cases;

namespace Partnership.Marac.CaseItems;

/// <summary>What decisions about a case need to know of its items.</summary>
internal sealed class ItemsOfCase(IEventStore store) : ICaseItems
{
    public async Task<bool> HasOpenActionsAsync(Guid caseId, CancellationToken cancellationToken) =>
        await store.LoadFamilyAsync(CaseFamilies.OfCase, caseId, cancellationToken) is { } family
        && family.Others.Any(o => o is { View: CaseFamilies.Actions, Row.Erased: false } && ItemRow.Record<ActionRow>(o.Row).Status == ActionStatus.Open);

    public async Task<IReadOnlyCollection<Guid>> HoldsAsync(MaracCase it, CancellationToken cancellationToken)
    {
        if (await store.LoadFamilyAsync(CaseFamilies.OfCase, it.Id, cancellationToken) is not { Row.Erased: false } family) return [];
        var guard = new CaseGuard(family.Row);
        return [.. family.Others.Where(o => !o.Row.Erased).SelectMany(o => ItemRow.Items(o.View, o.Row, guard)).Select(i => i.Hold).OfType<Guid>()];
    }
}
