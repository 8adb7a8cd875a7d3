using Partnership.Marac.ConflictRegister;
using Partnership.Marac.Flags;

namespace Partnership.Marac.Cases;

/// <summary>A case with its register and its flag, and the version they have together.</summary>
/// <param name="Case">The case as its stream tells it.</param>
/// <param name="CaseVersion">Version of the case's stream.</param>
/// <param name="Register">Who must not see it.</param>
/// <param name="RegisterVersion">Version of the register's stream.</param>
public sealed record WholeCase(MaracCase Case, long CaseVersion, Register Register, long RegisterVersion)
{
    /// <summary><see cref="MaracFlag.None"/> until the case is closed.</summary>
    public MaracFlag Flag { get; init; } = MaracFlag.None;
    public long FlagVersion { get; init; }

    /// <summary>
    /// Rises with every event of case or register. Every append to one checks the version of the other too, so no two states
    /// of a case ever share a number.
    /// </summary>
    public long FactsVersion => CaseVersion + RegisterVersion;
}
