namespace Partnership.Marac.Cases;

/// <summary>
/// What stands beside a case on streams of its own (findings, minutes, actions), as far as decisions about the case rest on it.
/// </summary>
internal interface ICaseItems
{
    /// <summary>Whether an action of the case is not final.</summary>
    Task<bool> HasOpenActionsAsync(Guid caseId, CancellationToken cancellationToken);

    /// <summary>Uncleared holds of the location guard on texts of the case's items.</summary>
    Task<IReadOnlyCollection<Guid>> HoldsAsync(MaracCase it, CancellationToken cancellationToken);
}
