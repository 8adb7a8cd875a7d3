namespace Partnership.Contracts.Marac;

/// <summary>
/// Codes of the 24 items of the risk indicator checklist, in the order of the form. The wording shown to people comes
/// from the published form at installation.
/// </summary>
public static class ChecklistItems
{
    public static IReadOnlyList<string> All { get; } =
    [
        "injury", "frightened", "afraid-of-further", "isolated", "low-or-suicidal", "separated-within-year",
        "child-contact-conflict", "stalking-harassment", "pregnant-or-baby-18m", "more-often", "getting-worse",
        "control-jealousy", "weapons", "threats-to-kill", "strangulation", "sexual", "other-person-threatening",
        "hurt-others", "animals", "money", "perpetrator-drugs-alcohol-mental-health", "perpetrator-suicide",
        "broken-orders", "criminal-history",
    ];
}
