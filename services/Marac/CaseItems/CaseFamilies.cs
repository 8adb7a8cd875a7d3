using Partnership.EventStore;
using Partnership.Marac.Cases;

namespace Partnership.Marac.CaseItems;

/// <summary>Which rows are read together with a case, or with one of its items.</summary>
internal static class CaseFamilies
{
    public const string Requests = "research-request";
    public const string Returns = "research-return";
    public const string Minutes = "minutes";
    public const string Actions = "action";

    private const string Code = "case:";

    /// <summary>What every row of a case has in its reach. No caller is ever given this code, so nothing is listed by it.</summary>
    public static string CodeOf(Guid caseId) => Code + caseId.ToString();

    /// <summary>A case with its findings, lines and actions.</summary>
    public static ViewFamilies OfCase { get; } = new(CaseProjection.View, Code, [Returns, Minutes, Actions]);

    /// <summary>A case by itself.</summary>
    public static ViewFamilies CaseAlone { get; } = new(CaseProjection.View, Code, []);

    /// <summary>A request, whose details and facts are the case's.</summary>
    public static ViewFamilies OfRequest { get; } = new(Requests, Code, [CaseProjection.View]);

    /// <summary>A return, whose facts are the case's.</summary>
    public static ViewFamilies OfReturn { get; } = new(Returns, Code, [CaseProjection.View]);

    /// <summary>An action, whose facts and people are the case's.</summary>
    public static ViewFamilies OfAction { get; } = new(Actions, Code, [CaseProjection.View]);
}
