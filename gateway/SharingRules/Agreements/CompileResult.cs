using System.Diagnostics.CodeAnalysis;

namespace Partnership.SharingRules;

/// <summary>One agreement file as it was read: its name, for messages, and its text.</summary>
public sealed record AgreementSource(string File, string Text);

/// <summary>Why an agreement cannot be put in force, and on which line (from 1).</summary>
public sealed record AgreementError(string File, int Line, string Reason)
{
    public override string ToString() => $"{File}:{Line}: {Reason}";
}

/// <summary>Either a set of agreements in force together, or every reason why there is none; never both.</summary>
public sealed class CompileResult
{
    internal CompileResult(AgreementSet agreements) => (Agreements, Errors) = (agreements, []);

    internal CompileResult(IReadOnlyList<AgreementError> errors) => Errors = errors;

    [MemberNotNullWhen(true, nameof(Agreements))]
    public bool Succeeded => Agreements is not null;

    public AgreementSet? Agreements { get; }

    /// <summary>In order of file and line.</summary>
    public IReadOnlyList<AgreementError> Errors { get; }
}
