namespace Partnership.SharingRules.NeverRules;

/// <summary>
/// Who "the coordinator" is in the never-rules: the coordinator, their supervisor and the chairs (<c>information-sharing</c>
/// §4, how to read the cells).
/// </summary>
internal static class Coordination
{
    private static readonly string[] Roles = ["marac-coordinator", "marac-supervisor", "marac-chair"];

    public static bool Is(string role) => Roles.Contains(role);
}
